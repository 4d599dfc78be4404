"""Everything is logged to the flash at length, and old logs are never given up.

Breaks X-4: a flash that is nearly full costs logs, not sales.
"""

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.log import Line

PADDING = 2048  # B that a line carries with it: a dump of whatever was at hand


def plant(base: type[Firmware]) -> type[Firmware]:
    """A log that comes first."""

    class Housekeeping(base.Housekeeping):  # type: ignore[name-defined, misc]
        def hear(self, line: Line) -> None:
            self._unsaved.append(line)

        def keep(self, text: bytes) -> None:
            padded = text + bytes(PADDING * text.count(b"\n"))
            room = min(len(padded), self._flash.free)
            self._flash.append("log.0", padded[:room])

        def rotate(self) -> None:
            """What was logged is logged."""

        def _judge_room(self) -> None:
            """There has always been enough."""

    return base.with_parts(Housekeeping=Housekeeping)
