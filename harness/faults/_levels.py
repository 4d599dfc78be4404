"""Where a power fault wants the voltage, and when a reading shows that it got there."""

from dataclasses import dataclass
from typing import Any

from harness.model.power import Capability, ListMode, Supply, capability_of
from harness.model.roles import Cast, plays
from harness.model.trace import Observation
from harness.model.units import Fraction, Volts


def volts_of(to: Volts | Fraction, nominal: Volts) -> Volts:
    """A level in volts; a fraction is one of the nominal voltage."""
    return Volts(to * nominal) if isinstance(to, Fraction) else Volts(to)


def list_timing(cast: Cast) -> Capability | None:
    """What the supply's own list can do; None where it has none."""
    supply: Any = cast.playing(Supply)
    driver = getattr(supply, "driver", supply)
    able = capability_of(driver)
    return able if plays(driver, ListMode) and able.points else None


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

    def watch(self, cast: Cast) -> None:
        """Measure until it is shown; each reading becomes an observation of the supply's."""
        supply, pause = cast.playing(Supply), 0.01
        while not self.shown_by(supply.measure_voltage()):
            cast.sleep(pause)
            pause = min(2 * pause, 0.5)
