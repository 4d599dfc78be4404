"""Whether the clock may be believed, and where the right time comes from.

Rule 21 of payments: after a power loss the clock is right or the sale is refused. The host tells
its date and time with every sign-on (fields 13 and 12); a year it does not tell, so that comes from
the oldest time this terminal knows to be over.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from harness.sim.terminal.log import Log
from harness.sim.terminal.rtc import Rtc, host_time
from harness.sim.terminal.screen import Alarms

DRIFT = timedelta(seconds=5)  # our clock may differ from the host's by that much


class Timekeeping:
    """Watches over the real-time clock."""

    def __init__(self, rtc: Rtc, alarms: Alarms, log: Log, known: Callable[[], datetime]) -> None:
        self._rtc = rtc
        self._alarms = alarms
        self._log = log
        self._known = known

    def check(self) -> None:
        """At a start: a clock that has stood still is not believed, and nothing is sold by it."""
        if self._rtc.stopped:
            self._alarms.begin("clock_invalid", "the clock has stood still")

    def certain(self) -> datetime:
        """Now, as far as may be relied upon: a stopped clock is worth less than what is over."""
        return self._known() if self._rtc.stopped else self._rtc.now()

    def take(self, date: str, time: str) -> None:
        """The host's date and time: ours from now on, if ours is wrong."""
        told = host_time(date, time, self._known())
        if told is None:
            return
        if self._rtc.stopped or abs(told - self._rtc.now()) > DRIFT:
            self._log.say("sys", f"clock set from {self._rtc.now():%Y-%m-%d %H:%M:%S}")
            self._rtc.set(told)
        self._alarms.end("clock_invalid")
