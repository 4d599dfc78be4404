"""Drops in steps, each a little deeper: at which does the terminal restart, and is it back?

Like the reset behaviour of ISO 16750-2, 4.6.2 and LV 124 E-09: from nominal down to a level, a
while there, back to nominal, a look at the terminal; then the next level.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from harness.faults._trials import Trial, Trials
from harness.model.presets_build import drop
from harness.model.units import Fraction, Seconds, Volts


@dataclass(frozen=True)
class PowerStaircase(Trials):
    """Drop to ever lower levels; each one's outcome is recorded.

    Attributes:
        step: Between two levels.
        to: The lowest level.
        hold: How long each drop stays.
        rest: At nominal after each, before the look at the terminal.
        edge: How long each way down and up takes.
    """

    step: Fraction = Fraction(0.05)
    to: Fraction = Fraction(0)
    hold: Seconds = Seconds(5)
    rest: Seconds = Seconds(10)
    edge: Seconds = Seconds(0.1)

    def __post_init__(self) -> None:
        if not 0 < self.step <= 1 or not 0 <= self.to < 1:
            raise ValueError(f"no stairs of {self.step} from 100 % to {self.to}")

    def what(self) -> str:
        return f"staircase to {self.to}"

    def trials(self, nominal: Volts) -> Sequence[Trial]:
        count = int((1 - self.to) / self.step + 1e-9)
        levels = [Fraction(round(1 - self.step * (one + 1), 6)) for one in range(count)]
        return [
            Trial(
                f"drop to {level}", drop({"to": level, "hold": self.hold, "edge": self.edge}),
                level, self.hold,
            )
            for level in levels
        ]  # fmt: skip
