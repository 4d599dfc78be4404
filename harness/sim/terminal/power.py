"""The firmware's watch over its supply: low, high, and whether the flash may be written now."""

from collections.abc import Callable
from dataclasses import dataclass

from harness.clock import Clock, Signal
from harness.sim.rail import Rail
from harness.sim.terminal.log import Log
from harness.sim.terminal.personality import Personality
from harness.sim.terminal.screen import Alarms

Test = Callable[[], bool]


@dataclass(frozen=True, slots=True)
class _Window:
    """A cause, when it begins, and when it is over (hysteresis)."""

    cause: str
    begins: Test
    ends: Test


class PowerMonitor:
    """Comparators with a debounce each: too low, too high, and healthy again."""

    def __init__(
        self, clock: Clock, rail: Rail, edge: Signal, *, personality: Personality, alarms: Alarms,
        log: Log,
    ) -> None:  # fmt: skip
        self._clock = clock
        self._rail = rail
        self._edge = edge
        self._levels = personality.levels
        self._times = personality.times
        self._alarms = alarms
        self._log = log

    def run(self) -> None:
        """Watch for a low supply, for ever; a task of its own."""
        self._watch(_Window("supply_low", self.is_low, self.is_healthy))

    def run_high(self) -> None:
        """Watch for a high supply, for ever; a task of its own."""
        levels = self._levels
        self._watch(_Window(
            "supply_high", lambda: self._rail.volts() >= levels.over,
            lambda: self._rail.volts() < levels.over_healthy,
        ))  # fmt: skip

    def _watch(self, window: _Window) -> None:
        while True:
            self._edge.wait_for(window.begins)
            if not self._stays(window.begins, self._times.low_debounce):
                continue
            self.say(window.cause)
            while not self._stays(window.ends, self._times.healthy_debounce):
                self._edge.wait_for(window.ends)
            self.take_back(window.cause)

    def await_healthy(self) -> None:
        """At start: go no further on a supply that would not carry the start."""
        if self.is_low():
            self.say("supply_low")
            while not self._stays(self.is_healthy, self._times.healthy_debounce):
                self._edge.wait_for(self.is_healthy)
            self.take_back("supply_low")

    def await_programmable(self) -> None:
        """Before a page of the flash is programmed: not on a supply that would spoil it.

        The capacitors carry a page that was begun, so its beginning is what counts.
        """
        self._edge.wait_for(lambda: self._rail.volts() >= self._levels.program)

    def say(self, cause: str) -> None:
        """The supply is out of its limits."""
        self._alarms.begin(cause, f"supply {self._rail.volts():.2f} V")

    def take_back(self, cause: str) -> None:
        """The supply is within its limits again."""
        self._alarms.end(cause)

    def is_low(self) -> bool:
        """Whether it is below the warning level now."""
        return self._rail.volts() < self._levels.warning

    def is_healthy(self) -> bool:
        """Whether it is so high that a warning is taken back."""
        return self._rail.volts() >= self._levels.healthy

    def _stays(self, true: Test, seconds: float) -> bool:
        """Whether it is true now and stays so for that long."""
        if not true():
            return False
        return not self._edge.wait_for(lambda: not true(), self._clock.now() + seconds)
