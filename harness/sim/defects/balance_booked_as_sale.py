"""What a balance inquiry has found is in the journal as a sale.

Breaks invariants 1 and 10 (N-2): an inquiry moves nothing. host/balance_answer_spoilt catches it.
"""

from dataclasses import replace

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.outcome import Outcome, Register
from harness.sim.terminal.reader import Card
from harness.sim.terminal.records import Pending


def plant(base: type[Firmware]) -> type[Firmware]:
    """A payment that books whatever was approved."""

    class Payment(base.Payment):  # type: ignore[name-defined, misc]
        def _inquire(self, pending: Pending, card: Card, register: Register) -> Outcome:
            outcome: Outcome = super()._inquire(pending, card, register)
            found = replace(pending, deal="sale", amount=outcome.balance or 0)
            self._storage.record(self._entry(found, "approved"))
            return outcome

    return base.with_parts(Payment=Payment)
