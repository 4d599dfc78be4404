"""The sale of a tapped card that was not answered is forgotten: only a chip's is reversed.

Breaks K-6 and N-1 (invariant 3): what failed costs nothing, however the card was read.
"""

from harness.sim.defects._entries import not_reversed
from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """A payment that drops what it would owe such a card."""
    return not_reversed(base, "contactless")
