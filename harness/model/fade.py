"""How a signal comes and goes, as data: levels over time, by name. Files: ``fixtures/outage``.

A pattern is a line through points, ``[3 s, -125 dBm]``: when, and how strong the signal is then. A
level is told in dBm of RSRP, in dB below what it was at first, or as ``gone``, which it stays up to
the next point; two points at one time are a step. What chance decides is ``drawn`` instead: gaps
without a signal, from a seed.
"""

import itertools
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Self

from harness.model.units import Db, Dbm, Seconds
from harness.model.words import Path, WordError, value_of

Level = Dbm | Db | Literal["gone"]
#: When, s from the beginning, and the level there.
Corner = tuple[float, Level]

NORMAL = Db(0)
BRIEF = 2.0  # s: a shorter gap falls between two looks, and an LTE modem hardly notices it


@dataclass(frozen=True, slots=True)
class Point:
    """A time and a level.

    Attributes:
        at: From the beginning of the round.
        level: What it is then.
    """

    at: Seconds
    level: Level

    @classmethod
    def read(cls, plain: Any, path: Path = ()) -> Self:
        """``[3 s, -125 dBm]``, ``[3 s, 30 dB]``, ``[3 s, gone]``."""
        if not isinstance(plain, Sequence) or isinstance(plain, str) or len(plain) != 2:
            raise WordError(path, f"{plain!r} seen, wanted [when, level]")
        return cls(value_of(Seconds, plain[0], (*path, 0)), value_of(Level, plain[1], (*path, 1)))


@dataclass(frozen=True, slots=True)
class Drawn:
    """Gaps of random length.

    Attributes:
        every: From the start of one to the start of the next, or to its end and a second.
        shortest: None is shorter.
        longest: None is longer.
        median: Of a log-normal distribution; without it all lengths are as likely.
        spread: Its standard deviation, of the logarithm.
    """

    every: Seconds
    shortest: Seconds
    longest: Seconds
    median: Seconds | None = None
    spread: float = 1.0

    def __post_init__(self) -> None:
        if not 0 < self.shortest <= self.longest or not self.every > 0 or self.spread < 0:
            raise ValueError("drawn: wanted 0 < shortest <= longest, and every above 0")

    def lengths(self, rng: random.Random) -> Iterator[float]:
        """Without end."""
        while True:
            if self.median is None:
                yield rng.uniform(self.shortest, self.longest)
                continue
            length = self.median * rng.lognormvariate(0.0, self.spread)
            yield min(float(self.longest), max(float(self.shortest), length))


@dataclass(frozen=True, slots=True)
class Pattern:
    """How a signal comes and goes.

    Attributes:
        story: Where that happens.
        source: Where its numbers are from.
        points: One round, where it is always the same.
        drawn: The gaps, where they are left to chance.
        rounds: How many.
        every: From the start of one round to the start of the next; at its end where left out.
        lasting: Of a drawn one.
        profiles: Links (``fixtures/link``) that take turns, the next one after each gap.
        confirmed: Whether it was published, or measured.
    """

    story: str
    source: str
    points: tuple[Point, ...] = ()
    drawn: Drawn | None = None
    rounds: int = 1
    every: Seconds | None = None
    lasting: Seconds = Seconds(600)
    profiles: tuple[str, ...] = ()
    confirmed: bool = True

    def __post_init__(self) -> None:
        if bool(self.points) == (self.drawn is not None):
            raise ValueError("wanted either points or drawn")
        times = [point.at for point in self.points]
        if times != sorted(times) or (times and not times[-1] > 0):
            raise ValueError("points: wanted in order of time, the last after 0 s")
        if self.rounds < 1 or (self.every is not None and times and self.every < times[-1]):
            raise ValueError("wanted a round at least, none begun before the last is over")

    @property
    def goes(self) -> bool:
        """Whether the signal is ever gone."""
        return self.drawn is not None or any(point.level == "gone" for point in self.points)

    @property
    def absolute(self) -> bool:
        """Whether it has levels in dBm: who plays them must know where the signal begins."""
        return any(isinstance(point.level, Dbm) for point in self.points)

    @property
    def fades(self) -> bool:
        """Whether it has levels between all and nothing."""
        return any(point.level not in ("gone", NORMAL) for point in self.points)

    def corners(self, *, rounds: int | None, lasting: float | None, seed: int) -> list[Corner]:
        """All of it, in order of time, up to ``lasting`` s; the signal is normal after the last.

        Args:
            rounds: Another number of rounds.
            lasting: Another end.
            seed: What a drawn one grows from.
        """
        found: list[Corner] = []
        for when, level in self._endless(seed) if self.drawn else self._rounds(rounds):
            if lasting is not None and when > lasting:
                break
            if self.drawn and lasting is None and when > self.lasting:
                break
            found.append((when, level))
        if found and found[-1][1] == "gone" and lasting is not None:
            found.append((float(lasting), "gone"))  # cut off within a gap
        return found

    def _rounds(self, rounds: int | None) -> Iterator[Corner]:
        length = float(self.every or self.points[-1].at)
        for turn in range(rounds or self.rounds):
            yield from ((turn * length + point.at, point.level) for point in self.points)

    def _endless(self, seed: int) -> Iterator[Corner]:
        assert self.drawn is not None  # noqa: S101 - who calls has looked
        rng, when = random.Random(f"{seed}/signal_fade"), 0.0
        for gap in self.drawn.lengths(rng):
            wait = max(1.0, self.drawn.every - gap)
            ends = when + wait + gap
            yield from ((when + wait, NORMAL), (when + wait, "gone"), (ends, "gone"))
            yield (ends, NORMAL)
            when = ends


def gaps(corners: Sequence[Corner]) -> list[tuple[float, float]]:
    """Begin and end, s, of each time without a signal."""
    found: list[tuple[float, float]] = []
    for (at, level), (then, _) in itertools.pairwise(corners):
        if level == "gone" and then > at:
            if found and found[-1][1] == at:
                found[-1] = (found[-1][0], then)
            else:
                found.append((at, then))
    return found
