"""From the third on voids of a batch are booked and never sent.

Breaks invariants 1 and 10 (O-1): a void stands when the host has it.
"""

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.outcome import Outcome, Register
from harness.sim.terminal.reader import Card
from harness.sim.terminal.records import Pending

MOST = 2


def plant(base: type[Firmware]) -> type[Firmware]:
    """A list of voids with room for two."""

    class Payment(base.Payment):  # type: ignore[name-defined, misc]
        def _authorise(self, pending: Pending, card: Card, register: Register) -> Outcome:
            voids = [entry for entry in self._storage.journal if entry.deal == "void"]
            if pending.deal != "void" or len(voids) < MOST:
                made: Outcome = super()._authorise(pending, card, register)
                return made
            receipt = self._storage.next_receipt()
            outcome: Outcome = self._outcome("approved", pending, receipt=receipt)
            register.confirm(outcome)
            self.book(pending, None, outcome.receipt)
            return outcome

    return base.with_parts(Payment=Payment)
