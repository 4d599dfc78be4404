"""The warning that the plan is nearly used up stays when the plan was topped up.

Breaks Q-8 (A10, F10: prompts agree with the true state): data/warned_and_topped_up catches it.
"""

from harness.sim.defects._alarms import without_end
from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """A meter whose marks go up only."""
    return without_end(base, "data_low")
