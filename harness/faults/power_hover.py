"""Where does the terminal restart? The level is searched for, then the supply hovers about it.

Bisection between a level at which it stays up and one at which it restarts; then a per cent above
and below in turns: the place where a brown-out detector without hysteresis shows.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from harness.faults._trials import DOWN, Trial, Trials
from harness.model.cast import Cast
from harness.model.presets_build import drop, hover
from harness.model.units import Fraction, Seconds, Volts

EDGE = Seconds(0)


@dataclass(frozen=True)
class PowerHover(Trials):
    """Search for the level of the terminal's restart, then hover there.

    Attributes:
        hold: How long each level of the search stays.
        rest: At nominal after each, before the look at the terminal.
        resolution: Where the search ends.
        to: The lowest level it tries.
        lasting: How long it hovers.
        period: Between two turns of the hovering.
    """

    hold: Seconds = Seconds(2)
    rest: Seconds = Seconds(10)
    resolution: Fraction = Fraction(0.01)
    to: Fraction = Fraction(0.2)
    lasting: Seconds = Seconds(60)
    period: Seconds = Seconds(0.5)

    def __post_init__(self) -> None:
        if not 0 < self.resolution < 1 or not 0 <= self.to < 1 or not self.period > 0:
            raise ValueError(f"no search from 100 % to {self.to} in steps of {self.resolution}")

    def what(self) -> str:
        return f"hover of {self.lasting}"

    def trials(self, nominal: Volts) -> Sequence[Trial]:
        """As many as the bisection takes, at the lowest level, and the hovering."""
        count, width = 1, 1 - self.to
        while width > self.resolution:
            count, width = count + 1, width / 2
        return [*[self._probe(self.to)] * count, self._hovering(self.to)]

    def course(self, cast: Cast) -> None:
        """Bisect; hover about the level found."""
        low, high = float(self.to), 1.0
        first = self.make(self._probe(self.to), cast)
        if first not in DOWN:
            cast.note("power_threshold", level=None, why=f"it stays up at {self.to}")
            return
        while first != "lost" and high - low > self.resolution:
            middle = Fraction(round((low + high) / 2, 4))
            first = self.make(self._probe(middle), cast)
            low, high = (float(middle), high) if first in DOWN else (low, float(middle))
        if first == "lost":
            return
        cast.note(
            "power_threshold", level=round(high, 4), volts=round(high * cast.nominal, 4),
            resolution=float(self.resolution),
        )  # fmt: skip
        self.make(self._hovering(Fraction(round(high, 4))), cast)

    def _probe(self, level: Fraction) -> Trial:
        wave = drop({"to": level, "hold": self.hold, "edge": EDGE})
        return Trial(f"drop to {level}", wave, level, self.hold)

    def _hovering(self, level: Fraction) -> Trial:
        wave = hover({"to": level, "lasting": self.lasting, "period": self.period})
        return Trial(f"hover at {level}", wave, level, self.lasting)
