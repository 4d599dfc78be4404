"""The firmware's watch over its supply: says that it is low while it can still say so."""

from collections.abc import Callable

from harness.clock import Clock, Signal
from harness.sim.rail import Rail
from harness.sim.terminal.log import Log
from harness.sim.terminal.personality import Personality
from harness.sim.terminal.screen import Alarms


class PowerMonitor:
    """Two comparators with a debounce each: low, and healthy again (hysteresis)."""

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
        """Watch for ever; a task of its own."""
        while True:
            self._edge.wait_for(self._low)
            if not self._stays(self._low, self._times.low_debounce):
                continue
            self.say_low()
            while not self._stays(self._healthy, self._times.healthy_debounce):
                self._edge.wait_for(self._healthy)
            self.say_healthy()

    def await_healthy(self) -> None:
        """At start: go no further on a supply that would not carry the start."""
        if self._rail.volts() < self._levels.warning:
            self.say_low()
            self._edge.wait_for(self._healthy)
            self.say_healthy()

    def say_low(self) -> None:
        self._alarms.begin("supply_low", f"supply {self._rail.volts():.2f} V")

    def say_healthy(self) -> None:
        self._alarms.end("supply_low")

    def _stays(self, true: Callable[[], bool], seconds: float) -> bool:
        """Whether it is true now and stays so for that long."""
        if not true():
            return False
        return not self._edge.wait_for(lambda: not true(), self._clock.now() + seconds)

    def _low(self) -> bool:
        return self._rail.volts() < self._levels.warning

    def _healthy(self) -> bool:
        return self._rail.volts() >= self._levels.healthy
