"""One output of the simulated EEZ BB3: OVP that follows, lists that end as told, ramps.

Source: EEZ BB3 SCPI reference, chapters 5.12, 5.16, 5.19 and 7; behaviour of its firmware 1.8.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from harness.clock import Clock
from harness.sim.rail import Rail
from harness.sim.supplies.channel import Channel, Setting
from harness.wire.scpi_syntax import ScpiError

TICK = 1e-4  # s: the shortest stay of its firmware
LIVE = 0.5  # V: above it an output that is to go on has an external voltage
LIMITS: Mapping[str, tuple[int, str]] = {
    "watts": (150, "Power limit exceeded"),
    "volts": (151, "Voltage limit exceeded"),
    "amps": (152, "Current limit exceeded"),
}


def exceeded(what: str) -> ScpiError:
    """The error for a level above its limit."""
    return ScpiError(*LIMITS[what])


@dataclass
class Bb3Setting(Setting):
    """What it has besides. Volts, amps, watts, seconds."""

    volts_step: float = 0.1
    amps_step: float = 0.05
    volts_limit: float = math.inf
    amps_limit: float = math.inf
    watts_limit: float = math.inf
    over_volts_delay: float = 0.0
    over_volts_type: str = "HW"
    over_watts: float = math.inf
    over_watts_on: bool = False
    over_watts_delay: float = 10.0
    volts_ramp: float = 0.0
    amps_ramp: float = 0.0
    list_volts: tuple[float, ...] = ()
    list_amps: tuple[float, ...] = ()
    list_dwell: tuple[float, ...] = ()
    exit: str = "OFF"
    on_triggered: bool = True
    output_delay: float = 0.0
    pulls_down: bool = True


class Bb3Channel(Channel):
    """An output whose trigger system is the instrument's."""

    SETTING: ClassVar[type[Setting]] = Bb3Setting
    set: Bb3Setting

    def __init__(
        self, clock: Clock, personality: Mapping[str, Any], number: int, rail: Rail, *rest: Any
    ) -> None:
        self._glide_until = 0.0
        super().__init__(clock, personality, number, rail, *rest)

    def reset(self) -> None:
        """*RST: no volts and no amps."""
        super().reset()
        self.set.amps = self.amps = self.set.amps_triggered = 0.0
        self.set.list_amps = ()
        self.set.volts_limit, self.set.amps_limit = self.max_volts, self.max_amps
        watts = float(self._personality["watts_limit"])
        self.set.watts_limit = self.set.over_watts = watts
        self.set.over_watts_delay = float(self._personality["protection"]["over_power_delay"])

    @property
    def transient(self) -> bool:
        """Whether a trigger has a say in it."""
        return (self.set.volts_mode, self.set.amps_mode) != ("FIX", "FIX")

    def check(self, *, volts: float | None = None, amps: float | None = None) -> None:
        """Levels against the limits that were set; raises 151, 152 or 150."""
        volts = self.set.volts if volts is None else volts
        amps = self.set.amps if amps is None else amps
        for what, level in (("volts", volts), ("amps", amps), ("watts", volts * amps)):
            if level > getattr(self.set, f"{what}_limit") + 1e-9:
                raise exceeded(what)

    # --- levels and protection --------------------------------------------------------------

    def set_level(self, *, volts: float | None = None, amps: float | None = None) -> None:
        if self.phase != "idle" and self.transient:
            raise self.refusal("running")
        super().set_level(volts=volts, amps=amps)

    def drive(self) -> None:
        # A set-point above the over-voltage level moves the level, unasked and untold.
        self.set.over_volts = max(self.set.over_volts, self.volts)
        super().drive()
        if not (self.on and self.set.over_watts_on and self._too_hot()):
            self._cancel("opp")
        elif "opp" not in self.timers:
            self._after("opp", self.set.over_watts_delay, self._check_power)

    def _too_hot(self) -> bool:
        return self._target * self.drawn() > self.set.over_watts

    def _check_power(self) -> None:
        if self.on and self.set.over_watts_on and self._too_hot():
            self.protect("opp")

    def _trip(self, which: str) -> None:
        super()._trip(which)
        if self.phase == "running":
            self.stop()

    def _time_to(self, target: float, amps: float) -> float:
        within = super()._time_to(target, amps)
        if target < self.rail.volts() and not self.set.pulls_down:
            share = (self.rail.volts() - target) / self.rated_volts
            within = float(self._personality["slope"]["fall_passive"]) * share
        return max(within, self._glide_until - self._clock.now())

    # --- transients -------------------------------------------------------------------------

    def check_list(self) -> None:
        """INITiate's look at the lists: raises 311, 307, 314 or a limit's error."""
        lists, setting = self._lists(), self._personality["setting"]
        if not any(lists):
            raise ScpiError(311, "List is empty")
        sizes = {len(row) for row in lists}
        if 0 in sizes or len(sizes - {1}) > 1:
            raise self.refusal("lengths")
        for row, step in ((self.set.list_volts, "volts"), (self.set.list_amps, "amps")):
            grid = float(setting[step])
            if any(abs(value - round(value / grid) * grid) > 5e-6 for value in row):
                raise ScpiError(314, "Cannot set list value")
        for volts, amps, _ in self._points():
            self.check(volts=volts, amps=amps)

    def arm(self) -> None:
        """Wait for the trigger."""
        self.phase = "armed"
        self._changed()

    def begin(self) -> None:
        """The trigger has come."""
        self.phase = "running"
        if self.set.volts_mode == "LIST":
            self._left, self._rounds = self._points(), self.set.list_count or math.inf
            self.volts = self.amps = 0.0
            self._after("list", self._personality["list"]["begins_after"], self._next_point)
        else:
            ramp = max(self.set.volts_ramp, self.set.amps_ramp)
            self._glide_until = self._clock.now() + ramp
            self.set.volts = self.volts = self.set.volts_triggered
            self.set.amps = self.amps = self.set.amps_triggered
            self._after("list", ramp, self._finish)
        self.switch(on=self.set.on_triggered)

    def _points(self) -> list[tuple[float, float, float]]:
        """As its firmware's tick and its converters take them: nothing negative, no stay of 0."""
        longest = float(self._personality["list"]["dwell_max"])
        return [
            (max(0.0, volts), max(0.0, amps), min(longest, max(TICK, stay)))
            for volts, amps, stay in super()._points()
        ]

    def _next_point(self) -> None:
        super()._next_point()
        self.set.volts, self.set.amps = self.volts, self.amps

    def _end_list(self) -> None:
        first, last = self._points()[0], self._points()[-1]
        ends = {"FIRS": first, "LAST": last}.get(self.set.exit, (0.0, 0.0, 0.0))
        self.volts, self.amps, _ = ends
        self._finish()
        if self.set.exit in ("OFF", "STAN"):
            self.switch(on=False)

    def _finish(self) -> None:
        self.phase = "idle"
        self.set.volts, self.set.amps = self.volts, self.amps
        self.drive()

    def stop(self) -> None:
        """ABORt: whatever is in a transient mode goes off, also when its list was over."""
        self._cancel("list")
        self._glide_until = 0.0
        self.phase = "idle"
        if self.transient and self.on:
            self.switch(on=False)
        self.drive()
