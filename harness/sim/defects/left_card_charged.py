"""A card that was left in the slot pays the next sale.

Breaks invariant 24 (K-5): each sale reads a card that was presented for it.
"""

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.reader import Cancelled, Tell


def plant(base: type[Firmware]) -> type[Firmware]:
    """A reader that takes what is there."""

    class CardReader(base.CardReader):  # type: ignore[name-defined, misc]
        def empty_slot(self, tell: Tell, cancelled: Cancelled) -> None:
            """Nothing is asked for."""

    return base.with_parts(CardReader=CardReader)
