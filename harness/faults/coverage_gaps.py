"""Coverage comes and goes: a lift, a tunnel, a lorry on the road."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import cycle
from typing import ClassVar, Self

from harness.faults._signal import is_gone, look, switch
from harness.model.cast import Cast
from harness.model.trace import Observation
from harness.model.units import Seconds

#: A drive over land: gaps of 1 to 80 s with a long tail (log-normal, median 1.5 s), one each 33 s.
MEDIAN, SPREAD, SHORTEST, LONGEST = 0.405, 1.3, 1.0, 80.0


@dataclass(frozen=True, slots=True)
class CoverageGaps:
    """Take the signal away for each of ``gaps``, over and over until cleared.

    Attributes:
        gaps: Lengths of the gaps; where none is given, drawn as on a drive over land from ``seed``.
        every: From the start of one gap to the start of the next (to its end, if that is later).
        seed: For drawn gaps.
    """

    NEEDS: ClassVar[tuple[type, ...]] = ()  # one of three roles will do; see faults/_signal.py
    gaps: list[Seconds] = field(default_factory=list)
    every: Seconds = Seconds(33)
    seed: int = 1

    def __post_init__(self) -> None:
        if any(not gap > 0 for gap in self.gaps):
            raise ValueError("gaps: wanted above 0 s each")

    @contextmanager
    def inject(self, cast: Cast) -> Iterator[Self]:
        set_gone = switch(cast)
        try:
            yield self
        finally:
            set_gone(False)

    def play(self, cast: Cast) -> None:
        """One gap after the other; coverage between them lasts a second at least.

        In the middle of each the modem is asked for its signal: a short gap falls between two polls
        and would leave no evidence.
        """
        set_gone = switch(cast)
        for gap in self.lengths():
            set_gone(True)
            cast.sleep(gap / 2)
            look(cast)
            cast.sleep(gap / 2)
            set_gone(False)
            cast.sleep(max(1.0, self.every - gap))

    def lengths(self) -> Iterator[float]:
        """The gaps, s, without end."""
        if self.gaps:
            yield from (float(gap) for gap in cycle(self.gaps))
        rng = random.Random(f"{self.seed}/coverage_gaps")
        while True:
            yield min(LONGEST, max(SHORTEST, rng.lognormvariate(MEDIAN, SPREAD)))

    def took_effect(self, seen: Observation) -> bool:
        """The modem says so, or a packet was lost to it."""
        return is_gone(seen)
