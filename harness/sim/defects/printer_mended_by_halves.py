"""Of two things that the printer is in want of one is put right, and both are called over.

Breaks H-1 (F10): peripherals/two_at_once catches it.
"""

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.printer import TROUBLES


def plant(base: type[Firmware]) -> type[Firmware]:
    """A trouble that is over takes the others with it."""

    class Alarms(base.Alarms):  # type: ignore[name-defined, misc]
        def end(self, *causes: str) -> bool:
            all_of_it = TROUBLES.values() if set(causes) & set(TROUBLES.values()) else ()
            return bool(super().end(*causes, *all_of_it))

    return base.with_parts(Alarms=Alarms)
