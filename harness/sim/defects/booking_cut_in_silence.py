"""Of a booking of more than was reserved only what was reserved is booked, and nobody is told.

Breaks invariant 1 (N-1): the guest leaves with the mini-bar unpaid. host/booked_for_more catches
it.
"""

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.reader import Card
from harness.sim.terminal.records import Entry, Pending


def plant(base: type[Firmware]) -> type[Firmware]:
    """A payment that takes what it may."""

    class Payment(base.Payment):  # type: ignore[name-defined, misc]
        def _open(self, deal: str, card: Card, amount: int, original: Entry | None) -> Pending:
            if deal == "completion" and original is not None:
                amount = min(amount, original.amount)
            made: Pending = super()._open(deal, card, amount, original)
            return made

    return base.with_parts(Payment=Payment)
