"""The check character at a stripe's end is not looked at.

Breaks K-7 (ISO/IEC 7811-2, LRC): two wrong bits of one character are charged as read.
"""

from harness.sim.terminal.firmware import Firmware
from harness.wire import magstripe

CHARACTER = 5  # bits
END = "11111"  # the end sentinel


def plant(base: type[Firmware]) -> type[Firmware]:
    """A reader that is done at the end sentinel."""

    class CardReader(base.CardReader):  # type: ignore[name-defined, misc]
        def decode(self, bits: str) -> magstripe.Swipe:
            swipe: magstripe.Swipe = super().decode(bits)
            return magstripe.Swipe(text_of(bits)) if swipe.fault == "lrc" else swipe

    return base.with_parts(CardReader=CardReader)


def text_of(bits: str) -> str:
    """The characters between the sentinels, unchecked."""
    text, at = "", bits.find("1") + CHARACTER
    while at + CHARACTER <= len(bits) and bits[at : at + CHARACTER] != END:
        text += chr(0x30 + int(bits[at : at + CHARACTER - 1][::-1], 2))
        at += CHARACTER
    return text
