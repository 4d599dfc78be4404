"""Off for ever longer times, on until the terminal has booted: capacitors that are half discharged.

The idea of LV 124 E-09: between "it never noticed" and "it started from nothing" lies an off-time
at which a reset line, a flash or a clock chip is left in the middle.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from harness.faults._trials import Trial, Trials
from harness.model.presets_build import off
from harness.model.units import Fraction, Seconds, Volts


@dataclass(frozen=True)
class PowerCycles(Trials):
    """Open the line for each of ``times``; each one's outcome is recorded.

    Attributes:
        times: The off-times, in order.
        rest: On after each, before the look at the terminal; a boot is waited for besides.
    """

    CUT: ClassVar[bool] = True
    times: tuple[Seconds, ...] = (Seconds(0.2), Seconds(0.5), Seconds(1), Seconds(2), Seconds(5))
    rest: Seconds = Seconds(10)

    def __post_init__(self) -> None:
        if not self.times or min(self.times) <= 0:
            raise ValueError("times: wanted one off-time or more, above zero")

    def what(self) -> str:
        return f"power cycles of {Seconds(min(self.times))} to {Seconds(max(self.times))}"

    def trials(self, nominal: Volts) -> Sequence[Trial]:
        return [
            Trial(f"off for {Seconds(one)}", off({"lasting": one}), Fraction(0), one)
            for one in self.times
        ]
