"""A terminal's feed with real drivers in simulated devices, and what the rail does in it."""

import itertools
from collections.abc import Callable, Sequence
from typing import Any

from harness.clock import CooperativeClock
from harness.drivers.keysight_e36300 import Driver as Supply
from harness.drivers.pulse_switch import Driver as PulseSwitch
from harness.model.cast import Cast
from harness.model.trace import Observation
from harness.model.units import Volts
from harness.sim.bench import Bench

NOMINAL = Volts(5)


class Feed:
    """An E36313A, a pulse switch and a countertop terminal, powered and closed.

    Attributes:
        seen: Everything that was observed or noted.
        rail: (s, V) of the terminal's supply input, sampled while a fault is held.
    """

    def __init__(self, clock: CooperativeClock, *, switch: bool = True, feeds: Any = "dc") -> None:
        self.clock = clock
        self._bench = Bench(clock, {"terminal": "countertop", "channel": 2})
        self.seen: list[Observation] = []
        self.rail: list[tuple[float, float]] = []
        self.supply = Supply(self._bench.connect("supply"), channel=2)
        self.supply.observe = self._observer("supply")
        players: dict[str, Any] = {"supply": self.supply}
        if switch:
            self.switch = PulseSwitch(self._bench.connect("switch"), feeds=feeds)
            self.switch.observe = self._observer("switch")
            self.switch.set_closed(closed=True)
            players["switch"] = self.switch
        self.cast = Cast(
            players, NOMINAL, self._sleep, note=self._observer("engine"), now=clock.now,
            since=lambda n: self.seen[n:],
        )  # fmt: skip
        self.supply.set_voltage(NOMINAL)
        self.supply.set_output(on=True)
        clock.sleep(20)  # it boots
        self.seen.clear()

    def _sleep(self, seconds: float) -> None:
        """As an owner does it: the switch is listened to in between."""
        self.clock.sleep(seconds)
        if "switch" in self.cast.players:
            self.switch.attend()

    def _observer(self, source: str) -> Any:
        def take(kind: str, /, *, t: float | None = None, **fields: Any) -> None:
            at = self.clock.now() if t is None else t
            self.seen.append(Observation(len(self.seen) + 1, at, source, kind, fields))

        return take

    def volts(self) -> float:
        """At the terminal's supply input, now."""
        return self._bench.feed.load.volts()

    def hold(self, fault: Any, every: float = 0.001) -> bool:
        """Inject it, let it play to its end, clear it; whether its effect was seen meanwhile."""
        before = len(self.seen)
        sampler = self.clock.spawn("sampler", lambda: self._sample(every))
        with fault.inject(self.cast):
            player = self.clock.spawn("play", lambda: fault.play(self.cast))
            assert player.join(self.clock.now() + fault.at_most)
        sampler.kill()
        return any(fault.took_effect(row) for row in self.seen[before:] if row.source != "engine")

    def _sample(self, every: float) -> None:
        while True:
            self.rail.append((self.clock.now(), self.volts()))
            self.clock.sleep(every)

    def at(self, t: float) -> float:
        """The rail's voltage at a time, as it was sampled last before it."""
        return next(volts for when, volts in reversed(self.rail) if when <= t + 1e-9)

    def of(self, kind: str) -> list[Observation]:
        """What was seen or noted of a kind."""
        return [row for row in self.seen if row.kind == kind]


def on_feed(story: Callable[[Feed], None], **options: Any) -> None:
    """Run a story in virtual time."""
    clock = CooperativeClock()
    clock.run(lambda: story(Feed(clock, **options)))


def holds(points: Sequence[Sequence[float]]) -> list[tuple[float, float, float]]:
    """(middle, length, level) of each flat part of a round's points."""
    pairs = itertools.pairwise(points)
    return [
        ((a[0] + b[0]) / 2, b[0] - a[0], a[1]) for a, b in pairs if a[1] == b[1] and b[0] > a[0]
    ]
