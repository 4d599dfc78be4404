"""A clock that is wrong by less than an hour is left as it is: that may be summer time.

Breaks invariant 21 (G-4): a sale carries the right time, within seconds. ageing/clock_jumps catches
it.
"""

from datetime import timedelta

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.rtc import host_time

NEAR = timedelta(hours=1)


def plant(base: type[Firmware]) -> type[Firmware]:
    """A timekeeping that believes a clock which is nearly right."""

    class Timekeeping(base.Timekeeping):  # type: ignore[name-defined, misc]
        def take(self, date: str, time: str) -> None:
            told = host_time(date, time, self._known())
            if told is not None and abs(told - self._rtc.now()) < NEAR and not self._rtc.stopped:
                self._alarms.end("clock_invalid")
            else:
                super().take(date, time)

    return base.with_parts(Timekeeping=Timekeeping)
