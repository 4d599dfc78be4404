"""One output of the simulated supply: levels, slopes, protection and its own list.

The output moves a ``Rail`` in straight lines: up with the supply's own slope, down with what
empties its output capacitor, the supply's sink and the load (Agilent E3632A user's guide,
"programming speed": with no load the fall is linear).
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from harness.clock import Clock, Timer
from harness.sim.rail import Rail
from harness.wire.scpi_syntax import ScpiError

#: What a model refuses -> error number and what is added to its text. A personality's ``refusals``
#: may say otherwise: ``{running: [308, Cannot be changed while transient trigger is initiated]}``.
REFUSALS: Mapping[str, tuple[int, str]] = {
    "running": (-221, "a list runs"),
    "initiated": (-221, "the trigger system is initiated"),
    "latched": (-221, "a protection is latched"),
    "lengths": (-221, "list lengths differ"),
    "points": (-223, ""),
}


@dataclass
class Setting:
    """What *RST puts back and the commands change. Volts, amps, seconds."""

    volts: float
    amps: float
    over_volts: float
    over_amps_delay: float
    volts_triggered: float = 0.0
    amps_triggered: float = 0.0
    volts_mode: str = "FIX"
    amps_mode: str = "FIX"
    over_volts_on: bool = True
    over_amps_on: bool = False
    over_amps: float | None = None  # where over-current has a level of its own
    list_volts: tuple[float, ...] = (0.0,)
    list_amps: tuple[float, ...] = (0.0,)
    list_dwell: tuple[float, ...] = (0.01,)
    list_count: float = 1
    list_step: str = "AUTO"
    list_last: bool = False
    source: str = "BUS"
    power_on: str = "RST"
    slew_up: float = math.inf  # V/s; faster than the supply's own slope it has no effect
    slew_down: float = math.inf


class Channel:
    """One output. Attributes are plain; ``drive`` brings the rail to what they say."""

    SETTING: ClassVar[type[Setting]] = Setting

    def __init__(
        self,
        clock: Clock,
        personality: Mapping[str, Any],
        number: int,
        rail: Rail,
        load: Callable[[], float],
        changed: Callable[[], None],
    ) -> None:
        self._clock, self._personality, self._changed = clock, personality, changed
        self.number, self.rail, self.load = number, rail, load
        own = personality["channels"][number]
        self.rated_volts, self.rated_amps = float(own["volts"]), float(own["amps"])
        headroom, protection = personality["headroom"], personality["protection"]
        self.max_volts = float(own.get("max_volts", self.rated_volts * headroom))
        self.max_amps = float(own.get("max_amps", self.rated_amps * headroom))
        self._watts = float(personality.get("watts", math.inf))
        self.max_over_volts = self.rated_volts * protection["over_voltage_headroom"]
        self.timers: dict[str, Timer] = {}
        self.on = self.limiting = False
        self.tripped = ""
        self.phase = "idle"  # or armed, running: the trigger system
        self._target = rail.volts()
        self.reset()

    def reset(self) -> None:
        """*RST: output off, levels at their defaults, the list gone."""
        self._cancel("list")
        self.phase = "idle"
        self.on, self.tripped, self._was_on = False, "", False
        protection = self._personality["protection"]
        self.set = self.SETTING(
            0.0, self.rated_amps, self.max_over_volts, float(protection["over_current_delay"]),
            amps_triggered=self.rated_amps, list_amps=(self.rated_amps,),
            over_volts_on=bool(protection.get("over_voltage_on", True)),
        )  # fmt: skip
        self.volts, self.amps = self.set.volts, self.set.amps  # now in force
        self.drive()

    def refusal(self, why: str) -> ScpiError:
        """The error with which this model refuses, by a word of ``REFUSALS``."""
        code, more = self._personality.get("refusals", {}).get(why, REFUSALS[why])
        return ScpiError(int(code), str(more))

    # --- levels -----------------------------------------------------------------------------

    def set_level(self, *, volts: float | None = None, amps: float | None = None) -> None:
        """Change what is set and in force; -221 while the list or a step has the say."""
        if self.phase == "running":
            raise self.refusal("running")
        if volts is not None:
            self.set.volts = self.volts = volts
        if amps is not None:
            self.set.amps = self.amps = amps
        self.drive()

    def switch(self, *, on: bool) -> None:
        """Output on or off; -221 to switch on while a protection is latched."""
        if on and self.tripped:
            raise self.refusal("latched")
        self.on, self._was_on = on, on
        self.drive()

    def drive(self) -> None:
        """Bring the rail towards what the levels, the load and the protections allow."""
        # Also with the output off a load empties the capacitor.
        amps = self.load() if self.on or self.rail.volts() > 0 else 0.0
        self._watch_current(amps)
        over = self.on and amps > self.amps
        self.limiting = over and not self.tripped
        target = self.volts if self.on else 0.0
        if over:
            target *= self.amps / amps  # what a resistive load would leave
        if self.on and target * amps > self._watts:  # autoranging: not all volts with all amps
            target = self._watts / amps
        within = self._time_to(target, amps)
        self._watch_voltage(target, within)
        if target != self._target or self.rail.volts() != target:  # on the way, loads may change
            self._target = target
            self.rail.go_to(target, within)
        self._changed()

    def _time_to(self, target: float, amps: float) -> float:
        slope = self._personality["slope"]
        way = abs(target - self.rail.volts())
        share = way / self.rated_volts
        if target > self.rail.volts():
            return max(float(slope["rise"]) * share, way / self.set.slew_up)
        # The sink's current and the load's empty the same capacitor: their rates add.
        light, loaded = 1 / slope["fall_light"], 1 / slope["fall_loaded"]
        rate = light + (loaded - light) * min(1.0, max(0.0, amps) / self.rated_amps)
        return max(float(share / rate), way / self.set.slew_down if self.on else 0.0)

    def drawn(self) -> float:
        """The amps that flow, A."""
        return min(self.load(), self.amps) if self.on else 0.0

    # --- protection -------------------------------------------------------------------------

    def _watch_voltage(self, target: float, within: float) -> None:
        self._cancel("ovp")
        level = self.set.over_volts
        if not (self.on and self.set.over_volts_on and target > level):
            return
        now = self.rail.volts()
        share = 0.0 if now >= level else (level - now) / (target - now)
        self._after("ovp", within * share, lambda: self._trip("ovp"))

    def _watch_current(self, amps: float) -> None:
        if not (self.on and self.set.over_amps_on and self._too_much(amps)):
            self._cancel("ocp")
        elif "ocp" not in self.timers:
            self._after("ocp", self.set.over_amps_delay, self._check_current)

    def _check_current(self) -> None:
        if self.on and self.set.over_amps_on and self._too_much(self.load()):
            self._trip("ocp")

    def _too_much(self, load: float) -> bool:
        """Over-current trips in current limit, or above a level of its own."""
        level = self.set.over_amps
        return load > self.amps if level is None else min(load, self.amps) > level

    def _trip(self, which: str) -> None:
        self.tripped, self.on = which, False
        self.drive()

    def clear_trip(self) -> None:
        """Release the latch; some models then put the output back as it was."""
        if not self.tripped:
            return
        self.tripped = ""
        self.on = self._was_on and bool(self._personality["protection"]["clear_restores_output"])
        self.drive()

    # --- the trigger system (SCPI-1999 vol. 2, 24) ------------------------------------------

    def initiate(self) -> None:
        """INITiate: -213 when already initiated, -221 for lists of unlike lengths."""
        if self.phase != "idle":
            raise ScpiError(-213)
        if "LIST" in (self.set.volts_mode, self.set.amps_mode):
            lengths = {len(self.set.list_volts), len(self.set.list_amps), len(self.set.list_dwell)}
            if len(lengths - {1}) > 1:
                raise self.refusal("lengths")
        self.phase = "armed"
        self._left = self._points()
        self._rounds = self.set.list_count
        if self.set.source == "IMM":
            self.trigger()
        else:
            self._changed()

    def trigger(self) -> None:
        """A trigger has come; -211 when nothing waits for one."""
        if not self.awaits_trigger:
            raise ScpiError(-211)
        if "LIST" in (self.set.volts_mode, self.set.amps_mode):
            self.phase = "running"
            self._next_point()
            return
        self.phase = "idle"
        if self.set.volts_mode == "STEP":
            self.set.volts = self.volts = self.set.volts_triggered
        if self.set.amps_mode == "STEP":
            self.set.amps = self.amps = self.set.amps_triggered
        self.drive()

    def _points(self) -> list[tuple[float, float, float]]:
        rows = (self.set.list_volts, self.set.list_amps, self.set.list_dwell)
        length = max(map(len, rows))
        volts, amps, dwell = (row * length if len(row) == 1 else row for row in rows)
        return list(zip(volts, amps, dwell, strict=True))

    def _next_point(self) -> None:
        if not self._left:
            self._rounds -= 1
            self._left = self._points() if self._rounds > 0 else []
        if not self._left:
            self._end_list()
            return
        volts, amps, dwell = self._left.pop(0)
        if self.set.volts_mode == "LIST":
            self.volts = volts
        if self.set.amps_mode == "LIST":
            self.amps = amps
        last_by_trigger = self.set.list_step == "ONCE" and not self._left and self._rounds <= 1
        if self.set.list_step == "AUTO" or last_by_trigger:
            self._after("list", dwell, self._next_point)
        self.drive()

    def _end_list(self) -> None:
        self.phase = "idle"
        if self.set.list_last:  # the last point becomes the immediate level
            self.set.volts, self.set.amps = self.volts, self.amps
        self.volts, self.amps = self.set.volts, self.set.amps
        self.drive()

    def stop(self) -> None:
        """ABORt: the list ends and the immediate levels are in force again."""
        self._cancel("list")
        was, self.phase = self.phase, "idle"
        if was == "running":
            self.volts, self.amps = self.set.volts, self.set.amps
        self.drive()

    @property
    def awaits_trigger(self) -> bool:
        paced = self.phase == "running" and self.set.list_step == "ONCE"
        return self.phase == "armed" or paced

    @property
    def ends_by_itself(self) -> bool:
        """Whether a running list comes to its end without a trigger."""
        counted = self.set.list_count != float("inf")
        return self.phase == "running" and self.set.list_step == "AUTO" and counted

    # --- timers -----------------------------------------------------------------------------

    def _after(self, name: str, seconds: float, act: Callable[[], None]) -> None:
        self._cancel(name)

        def fire() -> None:
            self.timers.pop(name, None)
            act()

        self.timers[name] = self._clock.call_at(self._clock.now() + seconds, fire)

    def _cancel(self, name: str) -> None:
        timer = self.timers.pop(name, None)
        if timer is not None:
            timer.cancel()
