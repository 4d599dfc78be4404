"""A refund gets the receipt number of the transaction before it.

Breaks invariant 1 (O-1; ZVT 06 30 names a receipt): a sale whose number a refund has as well cannot
be taken back any more. operator/one_of_two_alike catches it.
"""

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.outcome import Outcome, Register
from harness.sim.terminal.reader import Card
from harness.sim.terminal.records import Pending


def plant(base: type[Firmware]) -> type[Firmware]:
    """A payment that counts receipts of what is asked, not of what is told."""

    class Payment(base.Payment):  # type: ignore[name-defined, misc]
        def _advise(self, pending: Pending, card: Card, register: Register) -> Outcome:
            storage = self._storage
            storage.receipt = max(0, storage.receipt - 1)
            told: Outcome = super()._advise(pending, card, register)
            return told

    return base.with_parts(Payment=Payment)
