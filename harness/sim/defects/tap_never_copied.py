"""The receipt of a card that was tapped cannot be had once more.

Breaks H-1 (invariant 2): every charge can be printed again, however its card was read.
"""

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.records import Entry


def plant(base: type[Firmware]) -> type[Firmware]:
    """A payment whose copies are of cards in slots."""

    class Payment(base.Payment):  # type: ignore[name-defined, misc]
        def reprint(self) -> Entry | None:
            last: Entry | None = self._receipts.last()
            if last is not None and last.entry == "contactless":
                return None
            copied: Entry | None = super().reprint()
            return copied

    return base.with_parts(Payment=Payment)
