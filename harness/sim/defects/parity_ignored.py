"""The parity of a stripe's characters is not looked at.

Breaks K-7 (ISO/IEC 7811-2): a worn stripe is charged as another card, date or service code.
"""

from harness.sim.terminal.firmware import Firmware
from harness.wire import magstripe

CHARACTER = 5  # bits, the last one for parity


def plant(base: type[Firmware]) -> type[Firmware]:
    """A reader that makes the parity right by itself."""

    class CardReader(base.CardReader):  # type: ignore[name-defined, misc]
        def decode(self, bits: str) -> magstripe.Swipe:
            swipe: magstripe.Swipe = super().decode(bits)
            return magstripe.decode(mended(bits)) if swipe.fault == "parity" else swipe

    return base.with_parts(CardReader=CardReader)


def mended(bits: str) -> str:
    """The same characters, each with the parity it should have."""
    start = bits.find("1")
    places = range(start, len(bits) - CHARACTER + 1, CHARACTER)
    values = (bits[at : at + CHARACTER - 1] for at in places)
    return bits[:start] + "".join(one + str(1 - one.count("1") % 2) for one in values)
