"""A supply that is too high is told the first time only.

Breaks P-2: power/low_and_high_again catches it.
"""

from harness.sim.defects._alarms import told_once
from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """A comparator that is not armed again."""
    return told_once(base, ("supply_high",))
