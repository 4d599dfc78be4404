"""That the flash is nearly full is told the first time only.

Breaks X-4 (B6): ageing/flash_nearly_full_again catches it.
"""

from harness.sim.defects._alarms import told_once
from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """Once the old logs are gone there is nothing more to be done, its author thought."""
    return told_once(base, ("storage_low",))
