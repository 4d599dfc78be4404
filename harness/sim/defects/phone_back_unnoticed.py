"""That the phone is near again is noticed at a start only: it is said to be away until then.

Breaks H-4 (F10): peripherals/phone_away catches it.
"""

from harness.sim.defects._alarms import without_end
from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """A condition that nobody ends."""
    return without_end(base, "companion_lost")
