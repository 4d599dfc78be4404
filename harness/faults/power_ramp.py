"""The supply's voltage creeps to a level, stays, and creeps back: a slow brown-out.

Like LV 124 E-07/E-08 and the slow decrease and increase of ISO 16750-2, 4.5: steps of 25 mV or less
when the host makes them. A ramp too fast for a host, or short enough for the supply's list, is
played by the list.
"""

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import ClassVar, Self

from harness.faults._levels import Reach, list_timing, volts_of
from harness.model.power import Capability, Supply
from harness.model.roles import Cast
from harness.model.trace import Observation
from harness.model.units import Fraction, Seconds, Volts

STEP = 0.025  # V
HOST_STEP = 0.05  # s: what a host needs between two set-points
SLACK = 0.5  # s a round may take beyond its ramps: commands, the upload of a list

Points = list[tuple[Volts, Seconds]]


def edge(start: float, end: float, lasting: float, *, shortest: float, most: float) -> Points:
    """Points of a straight line: steps of at most ``STEP`` where dwell and number allow it."""
    wanted = math.ceil(abs(end - start) / STEP - 1e-9)
    count = max(1, int(min(wanted, lasting / shortest + 1e-9, most)))
    dwell = Seconds(max(lasting / count, shortest))
    return [(Volts(start + (end - start) * (i + 1) / count), dwell) for i in range(count)]


@dataclass(frozen=True)
class PowerRamp:
    """Go to ``to`` within ``down``, stay for ``hold``, come back within ``up``; ``repeat`` it."""

    NEEDS: ClassVar[tuple[type, ...]] = (Supply,)
    to: Volts | Fraction
    down: Seconds
    up: Seconds
    hold: Seconds = Seconds(0)
    repeat: int = 1

    # Not a key of the scenario file: known from the injection on, like the nominal voltage.
    reach: ClassVar[Reach | None] = None

    @property
    def lasting(self) -> Seconds:
        """After this it is over, and cleared by itself."""
        return Seconds(self.repeat * (self.down + self.hold + self.up + SLACK))

    @contextmanager
    def inject(self, cast: Cast) -> Iterator[Self]:
        supply = cast.playing(Supply)
        level = volts_of(self.to, cast.nominal)
        object.__setattr__(self, "reach", Reach(cast.nominal, level, 0.9))
        try:
            yield self
        finally:
            try:
                if self._list(cast) is not None:
                    supply.stop()
            finally:
                supply.set_voltage(cast.nominal)

    def play(self, cast: Cast) -> None:
        """Make the ramps."""
        timing = self._list(cast)
        for _ in range(self.repeat):
            if timing is None:
                self._by_host(cast)
            else:
                self._by_list(cast, timing)

    def took_effect(self, seen: Observation) -> bool:
        return self.reach is not None and self.reach.shown_in(seen)

    # --- two ways ---------------------------------------------------------------------------

    def _edges(self, cast: Cast, *, shortest: float, most: float) -> tuple[Points, Points]:
        nominal, level = cast.nominal, volts_of(self.to, cast.nominal)
        down = edge(nominal, level, self.down, shortest=shortest, most=most)
        return down, edge(level, nominal, self.up, shortest=shortest, most=most)

    def _list(self, cast: Cast) -> Capability | None:
        """What the supply's list can do, where it is the better way."""
        timing = list_timing(cast)
        if timing is None:
            return None
        fine = sum(map(len, self._edges(cast, shortest=timing.min_dwell, most=math.inf)))
        by_hand = sum(map(len, self._edges(cast, shortest=HOST_STEP, most=math.inf)))
        fits = fine + 1 <= timing.points
        return timing if fits or by_hand < fine else None

    def _by_list(self, cast: Cast, timing: Capability) -> None:
        supply, shortest = cast.playing(Supply), timing.min_dwell
        down, up = self._edges(cast, shortest=shortest, most=(timing.points - 1) // 2)
        hold = Seconds(max(self.hold, shortest))
        supply.play([*down, (down[-1][0], hold), *up])
        cast.sleep(_length(down) + hold / 2)
        supply.measure_voltage()
        cast.sleep(hold / 2 + _length(up))

    def _by_host(self, cast: Cast) -> None:
        supply = cast.playing(Supply)
        down, up = self._edges(cast, shortest=HOST_STEP, most=math.inf)
        self._step_through(cast, down)
        supply.measure_voltage()
        cast.sleep(self.hold)
        self._step_through(cast, up)

    @staticmethod
    def _step_through(cast: Cast, points: Sequence[tuple[Volts, Seconds]]) -> None:
        supply, now = cast.playing(Supply), cast.now or (lambda: 0.0)
        late = 0.0
        for volts, dwell in points:
            began = now()
            supply.set_voltage(volts)
            due = began + dwell - late  # what the commands took is not added up
            cast.sleep(max(0.0, due - now()))
            late = max(0.0, now() - due)


def _length(points: Points) -> float:
    return sum(dwell for _, dwell in points)
