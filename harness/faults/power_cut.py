"""The supply's output goes off and comes back: a plug pulled, a mains failure.

A supply's output takes its time to fall (supplies go down slower than up), so a cut counts only
when the voltage was measured under half a volt.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import ClassVar, Self

from harness.faults._levels import Reach
from harness.model.power import Supply
from harness.model.roles import Cast
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
        try:
            supply.set_output(on=False)
            yield self
        finally:
            supply.set_output(on=True)

    def play(self, cast: Cast) -> None:
        """Measure until the output is really off."""
        Reach(cast.nominal, Volts(0), 1 - OFF / cast.nominal).watch(cast)

    def took_effect(self, seen: Observation) -> bool:
        volts = seen.get("volts")
        measured = seen.source == "supply" and seen.kind == "measured"
        return measured and isinstance(volts, int | float) and volts <= OFF
