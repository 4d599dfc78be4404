"""The terminal's working memory is nearly used up: a leak, or another application's appetite.

A bench does it by a program on a debug unit. A restart of the terminal ends that program.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import ClassVar, Self

from harness.model.cast import Cast
from harness.model.hands import Debugger
from harness.model.trace import Observation
from harness.model.units import Seconds


@dataclass(frozen=True, slots=True)
class MemoryFilled:
    """Have ``percent`` of it in use, for ``lasting`` or until cleared."""

    NEEDS: ClassVar[tuple[type, ...]] = (Debugger,)
    SHORT: ClassVar[str] = "percent"
    percent: float = 97.0
    lasting: Seconds | None = None

    def __post_init__(self) -> None:
        if not 0 < self.percent <= 100:
            raise ValueError(f"percent is above 0 and up to 100, not {self.percent:g}")

    @contextmanager
    def inject(self, cast: Cast) -> Iterator[Self]:
        debugger = cast.playing(Debugger)
        try:
            debugger.fill_memory(self.percent)
            yield self
        finally:
            debugger.free_memory()

    def took_effect(self, seen: Observation) -> bool:
        done = seen.source == "hands" and seen.kind == "debugged"
        return done and seen.get("what") == "take"
