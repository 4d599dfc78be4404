"""A fault of the line stays on the display and in the register's status when it is long over.

Breaks F10: prompts agree with the true state; who cries wolf is not believed the next time.
"""

from harness.sim.terminal.comms import LINE_CAUSES
from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """Alarms of the line that have no end."""

    class Alarms(base.Alarms):  # type: ignore[name-defined, misc]
        def end(self, *causes: str) -> bool:
            return bool(super().end(*(cause for cause in causes if cause not in LINE_CAUSES)))

    return base.with_parts(Alarms=Alarms)
