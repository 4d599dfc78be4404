"""A plan that runs low again, behind a top-up, is not warned of any more.

Breaks Q-8 (A10): data/warned_again catches it.
"""

from harness.sim.defects._alarms import told_once
from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """Who was warned knows."""
    return told_once(base, ("data_low",))
