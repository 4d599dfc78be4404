"""A card that is left in the slot is told once; after that nobody looks.

Breaks K-5: reader/card_left_in_again catches it.
"""

from harness.sim.defects._alarms import told_once
from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """A task that has nothing to do after its first finding."""
    return told_once(base, ("card_stays",))
