"""The supply's voltage drops to a level for a while (IEC 61000-4-29, dips and short interruptions).

Short dips are played by the supply's own list where it has one: a host's timing has tails of 10 to
30 ms. Longer ones are timed by the host, which begins at once, where a list must be uploaded first.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import ClassVar, Self

from harness.errors import NotSupported
from harness.faults._levels import Reach, list_timing, volts_of
from harness.model.power import Supply
from harness.model.roles import Cast
from harness.model.trace import Observation
from harness.model.units import Fraction, Seconds, Volts

BY_LIST = 0.3  # s: below this the tails of a host's timing are more than a tenth of the dip
BY_HOST = 0.05  # s: below this a host cannot do it at all


@dataclass(frozen=True)
class PowerDip:
    """Hold the supply at ``to`` (volts, or per cent of nominal) for ``lasting``."""

    NEEDS: ClassVar[tuple[type, ...]] = (Supply,)
    to: Volts | Fraction
    lasting: Seconds

    # Not a key of the scenario file: what a reading must show depends on the rig's nominal voltage,
    # which is known only from the injection on.
    reach: ClassVar[Reach | None] = None

    @contextmanager
    def inject(self, cast: Cast) -> Iterator[Self]:
        supply = cast.playing(Supply)
        level, shortest = volts_of(self.to, cast.nominal), self._shortest(cast)
        # A short dip is over before the output has arrived or the meter has stopped averaging: the
        # list was read back, and a quarter of the way shows that the output followed it.
        self._expect(Reach(cast.nominal, level, 0.9 if shortest is None else 0.25))
        try:
            if shortest is None:
                supply.set_voltage(level)
            else:
                supply.play([(level, self.lasting), (cast.nominal, Seconds(shortest))])
            yield self
        finally:
            try:
                if shortest is not None:
                    supply.stop()
            finally:
                supply.set_voltage(cast.nominal)

    def play(self, cast: Cast) -> None:
        """Measure until the dip shows."""
        if self.reach is not None:
            self.reach.watch(cast)

    def took_effect(self, seen: Observation) -> bool:
        return self.reach is not None and self.reach.shown_in(seen)

    def _expect(self, reach: Reach) -> None:
        object.__setattr__(self, "reach", reach)

    def _shortest(self, cast: Cast) -> float | None:
        """The list's shortest dwell, s, where the list plays this dip; None where the host does."""
        if self.lasting >= BY_LIST:
            return None
        timing = list_timing(cast)
        if timing is not None:
            if self.lasting >= timing.min_dwell:
                return timing.min_dwell
            raise NotSupported(
                f"a dip of {self.lasting} needs a shorter dwell than this supply's "
                f"{timing.min_dwell:g} s; use a switch in the supply line"
            )
        if self.lasting < BY_HOST:
            raise NotSupported(
                f"a dip of {self.lasting} needs a supply with a list: by hand it would last "
                f"{BY_HOST:g} s or longer"
            )
        return None
