"""A payment by code is of the amount of the code before: what was shown to the first phone.

Breaks H-2 (invariant 1): operator/day_of_every_entry catches it.
"""

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.reader import Card
from harness.sim.terminal.records import Entry, Pending


def plant(base: type[Firmware]) -> type[Firmware]:
    """A payment that keeps the order it has made for a code."""

    class Payment(base.Payment):  # type: ignore[name-defined, misc]
        _before = 0

        def _open(self, deal: str, card: Card, amount: int, original: Entry | None) -> Pending:
            if card.entry == "code":
                amount, self._before = self._before or amount, amount
            made: Pending = super()._open(deal, card, amount, original)
            return made

    return base.with_parts(Payment=Payment)
