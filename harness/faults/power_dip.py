"""The supply's voltage drops to a level for a while (IEC 61000-4-29, dips and short interruptions).

Short dips are played by the supply's own list where it has one: a host's timing has tails of 10 to
30 ms. Longer ones are timed by the host, which begins at once, where a list must be uploaded first.
"""

from dataclasses import dataclass

from harness.faults._waves import Waves
from harness.model.units import Fraction, Seconds, Volts
from harness.model.waveform import Segment, Waveform


@dataclass(frozen=True)
class PowerDip(Waves):
    """Hold the supply at ``to`` (volts, or per cent of nominal) for ``lasting``."""

    to: Volts | Fraction
    lasting: Seconds

    def what(self) -> str:
        return f"a dip of {Seconds(self.lasting)}"

    def waveform(self, nominal: Volts) -> Waveform:
        return Waveform((Segment(self.to, self.lasting),))
