"""The supply's voltage creeps to a level, stays, and creeps back: a slow brown-out.

Like LV 124 E-07/E-08 and the slow decrease and increase of ISO 16750-2, 4.5: steps of 25 mV or less
where the way leaves time for them. A ramp too fast for a host is played by the supply's own list.
"""

from dataclasses import dataclass

from harness.faults._waves import Waves
from harness.model.units import Fraction, Seconds, Volts
from harness.model.waveform import Segment, Waveform


@dataclass(frozen=True)
class PowerRamp(Waves):
    """Go to ``to`` within ``down``, stay for ``hold``, come back within ``up``; ``repeat`` it."""

    to: Volts | Fraction
    down: Seconds
    up: Seconds
    hold: Seconds = Seconds(0)
    repeat: int = 1

    def what(self) -> str:
        return f"a ramp of {Seconds(self.down)}"

    def waveform(self, nominal: Volts) -> Waveform:
        back = Segment(Fraction(1), Seconds(0), self.up)
        return Waveform((Segment(self.to, self.hold, self.down), back), self.repeat)
