"""The host's time puts a wrong clock right once; wrong again, it is only said to be right.

Breaks G-4 (invariant 21): ageing/clock_jumps_again catches it.
"""

from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """A clock that was set needs no setting."""

    class Timekeeping(base.Timekeeping):  # type: ignore[name-defined, misc]
        def take(self, date: str, time: str) -> None:
            if self._set:
                self._alarms.end("clock_invalid")
            else:
                super().take(date, time)

    return base.with_parts(Timekeeping=Timekeeping)
