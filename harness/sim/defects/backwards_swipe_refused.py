"""A stripe is read only if it is swiped one way.

Breaks K-7: reversed bits are a good card, swiped the other way, and must be accepted.
"""

from harness.sim.terminal.firmware import Firmware
from harness.wire import magstripe

START = "11010"


def plant(base: type[Firmware]) -> type[Firmware]:
    """A reader with one idea of how a card is held."""

    class CardReader(base.CardReader):  # type: ignore[name-defined, misc]
        def decode(self, bits: str) -> magstripe.Swipe:
            forwards = bits[bits.find("1") :].startswith(START)
            swipe: magstripe.Swipe = super().decode(bits)
            return swipe if forwards else magstripe.Swipe(fault="no_start")

    return base.with_parts(CardReader=CardReader)
