"""An answer to reset of the inverse convention is taken for none.

Breaks K-4 (ISO/IEC 7816-3, 8.1: TS is 3B or 3F): reader/chips_of_every_kind catches it.
"""

from harness.sim.terminal.card_read import Wrong
from harness.sim.terminal.firmware import Firmware

INVERSE = 0x3F


def plant(base: type[Firmware]) -> type[Firmware]:
    """A reader that was tried with the cards of one bank."""

    class CardReader(base.CardReader):  # type: ignore[name-defined, misc]
        def check_atr(self, atr: bytes) -> None:
            if atr[0] == INVERSE:
                raise Wrong("card_bad_atr", f"TS is {atr[0]:02X}")
            super().check_atr(atr)

    return base.with_parts(CardReader=CardReader)
