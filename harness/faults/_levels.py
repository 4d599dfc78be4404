"""When a reading shows that the supply got to where a power fault wants it."""

from dataclasses import dataclass

from harness.model.trace import Observation
from harness.model.units import Volts


@dataclass(frozen=True, slots=True)
class Reach:
    """The way from the nominal voltage to a level, and how much of it a reading must show.

    Attributes:
        nominal: Where it begins, V.
        level: Where it goes, V; below or above.
        share: Part of the way (0 to 1) that proves the effect.
    """

    nominal: Volts
    level: Volts
    share: float

    def shown_by(self, volts: float) -> bool:
        """Whether this reading lies that far on the way, or beyond."""
        way = self.level - self.nominal
        return abs(way) > 1e-6 and (volts - self.nominal) / way >= self.share

    def shown_in(self, seen: Observation) -> bool:
        """Whether this observation is a supply's measurement that shows it."""
        if seen.source != "supply" or seen.kind != "measured":
            return False
        volts = seen.get("volts")
        return isinstance(volts, int | float) and self.shown_by(volts)
