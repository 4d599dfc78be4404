"""When the line goes, whatever part had failed is called well.

Breaks H-3 (B1, F10): peripherals/part_and_line_at_once catches it.
"""

from harness.sim.terminal.comms import LINE_CAUSES
from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.printer import TROUBLES
from harness.sim.terminal.selftest import ANSWERING

PARTS = (*TROUBLES.values(), *(cause for _, cause in ANSWERING.values()))


def plant(base: type[Firmware]) -> type[Firmware]:
    """A list of one line for what is the matter, its author thought, had to be cleared first."""

    class Alarms(base.Alarms):  # type: ignore[name-defined, misc]
        def begin(self, cause: str, detail: str = "") -> None:
            if cause in LINE_CAUSES and cause not in self.active:
                self.end(*PARTS)
            super().begin(cause, detail)

    return base.with_parts(Alarms=Alarms)
