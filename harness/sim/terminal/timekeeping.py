"""Whether the clock may be believed, and where the right time comes from.

Rule 21 of payments: after a power loss the clock is right or the sale is refused. The host tells
its date and time with every sign-on (fields 13 and 12); a year it does not tell, so that comes from
the oldest time this terminal knows to be over.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from harness.clock import Clock
from harness.sim.terminal.log import Log
from harness.sim.terminal.rtc import Rtc, host_time
from harness.sim.terminal.screen import Alarms

DRIFT = timedelta(seconds=5)  # our clock may differ from the host's by that much
WRONG = timedelta(minutes=10)  # by more than that it was no drift
LOOK = 10.0  # s between two looks whether it still goes on as time does


class Timekeeping:
    """Watches over the real-time clock."""

    def __init__(self, rtc: Rtc, alarms: Alarms, log: Log, known: Callable[[], datetime]) -> None:
        self._rtc = rtc
        self._alarms = alarms
        self._log = log
        self._known = known
        self._set = 0  # how often the host's time was taken

    def check(self) -> None:
        """At a start: a clock that is not believed, and nothing is sold by it."""
        if self._rtc.stopped:
            self._alarms.begin("clock_invalid", "the clock has stood still")
        elif self._rtc.now() < self._known():
            self._alarms.begin("clock_invalid", "the clock shows what is over")

    def watch(self, clock: Clock, ask_host: Callable[[], None]) -> None:
        """Whether it goes on as time does; a task of its own.

        Args:
            clock: Time as the processor's own timer tells it.
            ask_host: Has the host's time asked for, by a sign-on.
        """
        while True:
            ahead = self._rtc.now() - timedelta(seconds=clock.now())
            set_before = self._set
            clock.sleep(LOOK)
            moved = self._rtc.now() - timedelta(seconds=clock.now()) - ahead
            if abs(moved) > DRIFT and self._set == set_before:
                self._alarms.begin("clock_invalid", f"the clock has jumped by {moved}")
                ask_host()

    def certain(self) -> datetime:
        """Now, as far as may be relied upon: a wrong clock is worth less than what is over."""
        wrong = self._rtc.stopped or "clock_invalid" in self._alarms.active
        return self._known() if wrong else self._rtc.now()

    def take(self, date: str, time: str) -> None:
        """The host's date and time: ours from now on, if ours is wrong."""
        told = host_time(date, time, self._known())
        if told is None:
            return
        wrong_by = abs(told - self._rtc.now())
        if self._rtc.stopped or wrong_by > DRIFT:
            self._log.say("sys", f"clock set from {self._rtc.now():%Y-%m-%d %H:%M:%S}")
            if wrong_by > WRONG and "clock_invalid" not in self._alarms.active:
                self._alarms.note("clock_invalid", f"the clock was wrong by {wrong_by}")
            self._rtc.set(told)
            self._set += 1
        self._alarms.end("clock_invalid")
