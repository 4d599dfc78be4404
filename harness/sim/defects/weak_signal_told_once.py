"""A weak signal is told the first time only.

Breaks S-4: signal/weak_again catches it.
"""

from harness.sim.defects._alarms import told_once
from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """A warning that was given need not be given again, its author thought."""
    return told_once(base, ("weak_signal",))
