"""A low battery is told the first time only, and the second time it sells until it is empty.

Breaks P-5: power/battery_low_again catches it.
"""

from harness.sim.defects._alarms import told_once
from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """A warning with a memory."""
    return told_once(base, ("battery_low",))
