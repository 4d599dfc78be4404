"""The terminal's real-time clock is wrong: an empty cell, a bad setting, a bit that flipped.

A bench does it by a debugger, so it needs a debug unit. Nobody puts it right but the terminal.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Self

from harness.model.cast import Cast
from harness.model.hands import Debugger
from harness.model.trace import Observation
from harness.model.units import Seconds


@dataclass(frozen=True, slots=True)
class ClockWrong:
    """Set it ``to`` a date and time, or move it ``by`` seconds.

    Attributes:
        to: ISO 8601, e.g. ``2000-01-01 00:00``; local, as terminals keep it.
        by: How far ahead it is put; where ``to`` is left out.
    """

    NEEDS: ClassVar[tuple[type, ...]] = (Debugger,)
    to: str = ""
    by: Seconds | None = None

    def __post_init__(self) -> None:
        if bool(self.to) == (self.by is not None):
            raise ValueError("either `to` a date and time or `by` so much is wanted")
        if self.to:
            datetime.fromisoformat(self.to)  # raises ValueError

    @contextmanager
    def inject(self, cast: Cast) -> Iterator[Self]:
        cast.playing(Debugger).set_clock(to=self.to, by=float(self.by or 0.0))
        yield self

    def took_effect(self, seen: Observation) -> bool:
        done = seen.source == "hands" and seen.kind == "debugged"
        return done and seen.get("what") == "clock"
