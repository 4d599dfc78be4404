"""A waveform: what a supply line is to do, as data; nothing here knows an instrument.

A waveform begins at the nominal voltage with its line closed and returns there at its end. Its
segments follow one another; it may be repeated, with a gap at nominal between two rounds.
"""

import enum
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Self

from harness.model.units import Fraction, Seconds, Volts
from harness.model.words import Path, WordError, value_of

#: No step of a ramp is higher than this where time and points allow it, V (power presets, 2.2).
STEP = 0.025


class State(enum.Enum):
    """What a line is, where a voltage does not say it."""

    OPEN = "open"  # interrupted, high impedance
    SHORT = "short"  # interrupted, the terminal's side shorted: low impedance
    CLOSED = "closed"  # as in normal use, at the nominal voltage


Level = Fraction | Volts | State
#: What a level is on a given rig.
Target = Volts | State

#: What can be switched -> where its switch is.
PLACES = {
    "dc": "in the supply line", "mains": "in the adapter's mains (feeds: mains)",
    "vbus": "in VBUS (feeds: vbus)", "poe": "of the port's power (feeds: poe)",
    "battery": "in the battery's line (feeds: battery)",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Segment:
    """A level, how long it stays, and how it is reached.

    Attributes:
        level: Per cent of nominal, volts, or a state of the line.
        lasting: How long it stays once it is reached.
        ramp: How long the straight way to it takes; 0 for a step.
        line: A word of ``PLACES``. The other lines stay as they are.
    """

    level: Level
    lasting: Seconds
    ramp: Seconds = Seconds(0)
    line: str = "dc"


@dataclass(frozen=True, slots=True)
class Step:
    """A segment on a given rig: from where, to where.

    Attributes:
        start: Volts at its beginning.
        to: Volts, or a state of the line.
        ramp: Seconds on the way.
        lasting: Seconds there.
        line: Which line.
    """

    start: Volts
    to: Target
    ramp: Seconds
    lasting: Seconds
    line: str = "dc"

    @property
    def volts(self) -> Volts:
        """What the terminal sees of it on this line at the end; closed is not known here."""
        return self.to if isinstance(self.to, Volts) else Volts(0)


@dataclass(frozen=True, slots=True)
class Waveform:
    """Segments, and how often.

    Attributes:
        segments: One round.
        repeat: Number of rounds.
        gap: At nominal between two rounds, s.
        seed: What its chance grew from; None where there is none in it.
    """

    segments: tuple[Segment, ...]
    repeat: int = 1
    gap: Seconds = Seconds(0)
    seed: int | None = None

    def __post_init__(self) -> None:
        if not self.segments or self.repeat < 1:
            raise ValueError("a waveform has at least one segment and one round")

    @property
    def once(self) -> Seconds:
        """How long a round takes."""
        return Seconds(sum(one.ramp + one.lasting for one in self.segments))

    @property
    def lasting(self) -> Seconds:
        """How long all rounds take, with their gaps."""
        return Seconds(self.repeat * self.once + (self.repeat - 1) * self.gap)

    @property
    def lines(self) -> tuple[str, ...]:
        """The lines it works on."""
        return tuple(dict.fromkeys(one.line for one in self.segments))

    def steps(self, nominal: Volts) -> tuple[Step, ...]:
        """One round in volts; a closed line is at nominal again."""
        steps: list[Step] = []
        at = nominal
        for one in self.segments:
            to = target(one.level, nominal)
            if to is State.CLOSED and one.line == "dc":
                to = nominal
            steps.append(Step(at, to, one.ramp, one.lasting, one.line))
            at = steps[-1].volts if one.line == "dc" else at
        return tuple(steps)

    def highest(self, nominal: Volts) -> Volts:
        """The highest voltage in it, at least the nominal one."""
        return max([nominal, *(one.to for one in self.steps(nominal) if isinstance(one.to, Volts))])

    def points(self, nominal: Volts) -> list[tuple[float, float]]:
        """(s, V) of the corners of one round, from the round's start; an open line counts as 0 V.

        Between two points of different times the voltage is a straight line.
        """
        rows = [(0.0, float(nominal))]
        t = 0.0
        for one in self.steps(nominal):
            volts = float(nominal) if one.to is State.CLOSED else float(one.volts)
            there = round(t + one.ramp, 9)
            t = round(there + one.lasting, 9)
            rows += [(there, volts), (t, volts)]
        rows.append((t, float(nominal)))
        return [row for at, row in enumerate(rows) if at == 0 or row != rows[at - 1]]


def target(level: Level, nominal: Volts) -> Target:
    """A level in volts; a fraction is one of the nominal voltage."""
    if isinstance(level, State):
        return level
    return Volts(round(level * nominal, 9)) if isinstance(level, Fraction) else Volts(level)


@dataclass(frozen=True, slots=True)
class Corner:
    """One point of a drawn waveform: at this time it steps to a level, or has come there.

    Attributes:
        at: From the waveform's start.
        level: Volts, per cent of nominal, ``open`` or ``short``.
        ramp: Whether the way from the corner before is a straight line rather than a step.
    """

    at: Seconds
    level: Level
    ramp: bool = False

    @classmethod
    def read(cls, plain: Any, path: Path = ()) -> Self:
        """``[10 ms, 3.6 V]``, ``[10 ms, 40 %, ramp]``, ``[10 ms, open]``."""
        if not isinstance(plain, list | tuple) or len(plain) not in (2, 3):
            said = f"{plain!r} seen, wanted [time, level] or [time, level, ramp]"
            raise WordError(path, f"{said}, e.g. [10 ms, 3.6 V]")
        at = value_of(Seconds, plain[0], (*path, 0))
        edge = value_of(Literal["step", "ramp"], (*plain, "step")[2], (*path, 2))
        if plain[1] in (State.OPEN.value, State.SHORT.value):
            return cls(at, State(plain[1]))
        return cls(at, value_of(Volts | Fraction, plain[1], (*path, 1)), edge == "ramp")


def drawn(
    corners: Sequence[Corner], *, repeat: int = 1, every: Seconds = Seconds(0),
    seed: int | None = None,
) -> Waveform:  # fmt: skip
    """A waveform from its corners; raises ValueError.

    Args:
        corners: In order of time; at the last one the waveform ends.
        repeat: Number of rounds.
        every: From the start of one round to the start of the next; 0 for one after the other.
        seed: Kept.
    """
    times = [one.at for one in corners]
    if len(corners) < 2 or times != sorted(times):
        raise ValueError("wanted two points or more, in order of time; at the last one it ends")
    segments = [Segment(Fraction(1), times[0])] if times[0] > 0 and not corners[0].ramp else []
    for before, one, after in zip(
        [Corner(Seconds(0), Fraction(1)), *corners], corners, [*corners[1:], None], strict=False
    ):
        ends = one.at if after is None or after.ramp else after.at
        ramp = one.at - before.at if one.ramp else 0.0
        if after is not None or ramp:  # a step at the end is the return to nominal
            segments.append(Segment(one.level, _between(one.at, ends), Seconds(round(ramp, 9))))
    once = times[-1]
    if every and every < once:
        raise ValueError(f"every {every} is shorter than a round of {once}")
    return Waveform(tuple(segments), repeat, Seconds(every - once if every else 0), seed)


def _between(start: float, end: float) -> Seconds:
    return Seconds(round(end - start, 9))


def staircase(
    start: float, end: float, lasting: float, *, shortest: float, most: float = math.inf,
    grid: float = 0.0,
) -> list[tuple[Volts, Seconds]]:  # fmt: skip
    """Points of a straight line: steps of at most ``STEP`` where dwell and number allow it.

    Args:
        start: V.
        end: V; the last point is there.
        lasting: s of all points together (at least ``shortest``).
        shortest: s of one point.
        most: Number of points.
        grid: s of which each point is a multiple; 0 where any length will do.
    """
    wanted = max(1, math.ceil(abs(end - start) / STEP - 1e-9))
    count = max(1, int(min(wanted, lasting / max(shortest, 1e-9) + 1e-9, most)))
    stays = _stays(max(lasting, shortest), count, grid)
    return [
        (Volts(start * (1 - (place + 1) / count) + end * ((place + 1) / count)), Seconds(stay))
        for place, stay in enumerate(stays)
    ]


def _stays(lasting: float, count: int, grid: float) -> Iterator[float]:
    if not grid:
        yield from [lasting / count] * count
        return
    units = round(lasting / grid)
    for place in range(count):
        yield grid * (units * (place + 1) // count - units * place // count)
