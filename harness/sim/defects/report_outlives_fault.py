"""A fault of the line stays on the display and in the register's status when it is long over.

Breaks F10: prompts agree with the true state; who cries wolf is not believed the next time.
"""

from harness.sim.defects._alarms import without_end
from harness.sim.terminal.comms import LINE_CAUSES
from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """Alarms of the line that have no end."""
    return without_end(base, *LINE_CAUSES)
