"""A waveform of one's own: points in time and volts, steps or ramps, repeated."""

from dataclasses import dataclass
from typing import ClassVar

from harness.faults._waves import Waves
from harness.model.units import Seconds, Volts
from harness.model.waveform import Corner, Waveform, drawn


@dataclass(frozen=True)
class PowerWaveform(Waves):
    """Play ``points``; at the last one it ends, and the supply is at nominal again.

    ``points: [[0 ms, 9.0 V], [10 ms, 3.6 V], [110 ms, 9.0 V]]``: each is when the supply steps to a
    level (volts, per cent of nominal, ``open`` or ``short``); ``[2 s, 4.5 V, ramp]`` is when it has
    come there in a straight line from the point before.

    Attributes:
        points: In order of time.
        repeat: Number of rounds.
        every: From the start of one round to the start of the next; without it, no pause.
        seed: Kept in the trace.
    """

    CUT: ClassVar[bool] = True
    points: tuple[Corner, ...]
    repeat: int = 1
    every: Seconds = Seconds(0)
    seed: int | None = None

    def __post_init__(self) -> None:
        self.waveform(Volts(0))

    def what(self) -> str:
        return f"a waveform of {len(self.points)} points in {Seconds(self.points[-1].at)}"

    def waveform(self, nominal: Volts) -> Waveform:
        return drawn(self.points, repeat=self.repeat, every=self.every, seed=self.seed)
