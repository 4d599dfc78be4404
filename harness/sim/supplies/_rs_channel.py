"""One output of a Rohde & Schwarz supply: its own switch and the master, fuse, EasyRamp and arb.

Source: RsNgx 3.1 (R&S's own driver, command descriptions); HMP series SCPI programmer's manual,
as pymeasure's HMP4040 and public HMP and NGE100 drivers use it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from harness.clock import Clock
from harness.sim.rail import Rail
from harness.sim.supplies.channel import Channel, Setting
from harness.wire.scpi_syntax import ScpiError


@dataclass
class RsSetting(Setting):
    """What these have besides. Volts, amps, seconds."""

    volts_step: float = 1.0
    amps_step: float = 0.1
    over_volts_mode: str = "MEAS"
    fuse_start: float = 0.0  # the fuse's delay at switching on
    limits_on: bool = False  # the safety limits, ALIMit
    volts_upper: float = float("inf")
    volts_lower: float = 0.0
    amps_upper: float = float("inf")
    amps_lower: float = 0.0
    over_watts: float = float("inf")
    over_watts_on: bool = False
    ramp_on: bool = False
    ramp_time: float = 0.01
    delay_on: bool = False
    delay: float = 0.001
    list_dwell: tuple[float, ...] = ()  # none before one was transferred
    list_glide: tuple[bool, ...] = (False,)
    list_end: str = "OFF"
    fuse_links: set[int] = field(default_factory=set)


class RsChannel(Channel):
    """An output that has voltage when it is chosen and the master switch is on."""

    SETTING: ClassVar[type[Setting]] = RsSetting
    set: RsSetting

    def __init__(
        self,
        clock: Clock,
        personality: Mapping[str, Any],
        number: int,
        rail: Rail,
        load: Callable[[], float],
        changed: Callable[[], None],
    ) -> None:
        self.chosen = self.list_on = False
        self.peers: Mapping[int, RsChannel] = {}
        self._glide_until = 0.0
        super().__init__(clock, personality, number, rail, load, changed)

    def reset(self) -> None:
        self.chosen = self.list_on = False
        self._cancel("glide")
        super().reset()
        self.set.amps = self.amps = float(self._personality["reset_amps"])
        self.set.list_end = str(self._personality["list"]["end"])

    # --- the output's switch ----------------------------------------------------------------

    def choose(self, *, chosen: bool, master: bool) -> None:
        """Its own switch and the master's are now so; it goes on or off accordingly."""
        if chosen and master and not self.on and not self.tripped and self.set.delay_on:
            self.chosen = True
            self._after("delay", self.set.delay, lambda: self.switch(on=True))
            return
        self._cancel("delay")
        if not chosen or master != self.on:
            self.switch(on=chosen and master)
        self.chosen = chosen

    def switch(self, *, on: bool) -> None:
        if on and not self.on and self.set.ramp_on:
            self._glide_until = self._clock.now() + self.set.ramp_time
        super().switch(on=on)
        if not on and self.phase == "running":
            self.stop()
        elif on and self.list_on and self.phase == "idle":
            self.initiate()

    def drive(self) -> None:
        super().drive()
        if self.on and self.set.over_watts_on and self._target * self.drawn() > self.set.over_watts:
            self._after("opp", 0.0, lambda: self.protect("opp"))

    def _trip(self, which: str) -> None:
        super()._trip(which)
        self.chosen = False
        for n in self.set.fuse_links if which == "ocp" else ():
            if n in self.peers and self.peers[n].on:
                self.peers[n].protect(which)

    def release(self, which: str) -> None:
        """Clear one kind of trip, or ``any``."""
        if self.tripped and which in ("any", self.tripped):
            self.clear_trip()
            self.chosen = self.on

    def _watch_voltage(self, target: float, within: float) -> None:
        # OVP mode "protected" acts on the set value, before the output could follow.
        early = self.set.over_volts_mode == "PROT" and self.rail.volts() < self.set.over_volts
        super()._watch_voltage(target, 0.0 if early else within)

    # --- edges ------------------------------------------------------------------------------

    def _time_to(self, target: float, amps: float) -> float:
        left = self._glide_until - self._clock.now()
        return max(super()._time_to(target, amps), left)

    # --- arb --------------------------------------------------------------------------------

    def start_list(self) -> None:
        """Begin the list that was transferred; -221 without one."""
        if not self.set.list_dwell:
            raise ScpiError(-221, "no arbitrary data")
        self.list_on = True
        if self.on or not self._personality["list"]["waits_for_output"]:
            self.initiate()

    def initiate(self) -> None:
        self.set.volts_mode = self.set.amps_mode = "LIST"
        self.set.source, self.set.list_last = "IMM", self.set.list_end == "HOLD"
        super().initiate()

    def stop(self) -> None:
        self.list_on = False
        self._cancel("glide")
        self._glide_until = 0.0
        super().stop()

    def _next_point(self) -> None:
        self._cancel("glide")
        self._glide_until = 0.0
        super()._next_point()
        at = (len(self.set.list_volts) - len(self._left) - 1) % len(self.set.list_volts)
        glides = self.set.list_glide[at % len(self.set.list_glide)]
        if self.phase == "running" and glides and self._left:
            ends = self._clock.now() + self.set.list_dwell[at % len(self.set.list_dwell)]
            arrives = self._time_to(self.volts, 0.0)
            self._after("glide", arrives, lambda: self._glide(self._left[0][0], ends))

    def _glide(self, volts: float, until: float) -> None:
        self.volts, self._glide_until = volts, until
        self.drive()

    def _end_list(self) -> None:
        self.list_on = False
        super()._end_list()
        if self.set.list_end == "OFF":
            self.chosen = False
            self.switch(on=False)
