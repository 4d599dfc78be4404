"""One output of the simulated supply: levels, slopes and protection; its list is ``transient.py``.

The output moves a ``Rail`` in straight lines: up with the supply's own slope, down with what
empties its output capacitor, the supply's sink and the load (Agilent E3632A user's guide,
"programming speed": with no load the fall is linear).
"""

import math
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from harness.clock import Clock
from harness.sim.rail import Rail
from harness.sim.supplies.setting import Setting
from harness.sim.supplies.transient import Transient

__all__ = ["Channel", "Setting"]


class Channel(Transient):
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
        super().__init__(clock, personality, changed)
        self.number, self.rail, self.load = number, rail, load
        own = personality["channels"][number]
        self.rated_volts, self.rated_amps = float(own["volts"]), float(own["amps"])
        headroom, protection = personality["headroom"], personality["protection"]
        self.max_volts = float(own.get("max_volts", self.rated_volts * headroom))
        self.max_amps = float(own.get("max_amps", self.rated_amps * headroom))
        self._watts = float(own.get("watts", personality.get("watts", math.inf)))
        self.max_over_volts = self.rated_volts * protection["over_voltage_headroom"]
        self.on = self.limiting = False
        self.tripped = ""
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

    def protect(self, which: str) -> None:
        """Latch a protection from outside: a watchdog, an inhibit, another output's trip."""
        if not self.tripped:
            self._trip(which)

    def clear_trip(self) -> None:
        """Release the latch; some models then put the output back as it was."""
        if not self.tripped:
            return
        self.tripped = ""
        self.on = self._was_on and bool(self._personality["protection"]["clear_restores_output"])
        self.drive()
