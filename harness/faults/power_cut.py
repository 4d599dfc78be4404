"""The supply's output goes off and comes back: a plug pulled, a mains failure.

A supply's output takes its time to fall (supplies go down slower than up), so a cut counts only
when the voltage was measured under half a volt.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import ClassVar, Self

from harness.model.cast import Cast
from harness.model.power import Supply
from harness.model.trace import Observation
from harness.model.units import Seconds, Volts

OFF = 0.5  # V


@dataclass(frozen=True, slots=True)
class PowerCut:
    """Switch the output off for ``lasting``; until it is cleared where that is left out."""

    NEEDS: ClassVar[tuple[type, ...]] = (Supply,)
    lasting: Seconds | None = None

    @contextmanager
    def inject(self, cast: Cast) -> Iterator[Self]:
        supply = cast.playing(Supply)
        on = [[0.0, float(cast.nominal)], [0.0, 0.0]]
        end = [] if self.lasting is None else [[float(self.lasting), 0.0]]
        cast.note(
            "power_asked", what="a cut", points=on + end, repeat=1, gap=0.0,
            nominal=float(cast.nominal), lines=["dc"], how="host",
        )  # fmt: skip
        try:
            supply.set_output(on=False)
            yield self
        finally:
            supply.set_output(on=True)

    def play(self, cast: Cast) -> None:
        """Measure until the output is really off."""
        supply, pause, now = cast.playing(Supply), 0.01, cast.now or (lambda: 0.0)
        began, seen, volts = now(), [], cast.nominal
        while volts > OFF:
            volts = Volts(supply.measure_voltage())
            seen.append((round(now() - began, 6), round(float(volts), 4)))
            if volts > OFF:
                cast.sleep(pause)
                pause = min(2 * pause, 0.5)
        cast.note("power_achieved", round=1, began=began, points=seen)

    def took_effect(self, seen: Observation) -> bool:
        volts = seen.get("volts")
        measured = seen.source == "supply" and seen.kind == "measured"
        return measured and isinstance(volts, int | float) and volts <= OFF
