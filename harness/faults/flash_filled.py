"""The terminal's flash is nearly full: logs that nobody rotates, files left behind.

A bench does it by a debugger, so it needs a debug unit.
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
class FlashFilled:
    """Fill it up to ``percent`` by a file of our own, for ``lasting`` or until cleared."""

    NEEDS: ClassVar[tuple[type, ...]] = (Debugger,)
    SHORT: ClassVar[str] = "percent"
    percent: float = 98.0
    lasting: Seconds | None = None

    def __post_init__(self) -> None:
        if not 0 < self.percent <= 100:
            raise ValueError(f"percent is above 0 and up to 100, not {self.percent:g}")

    @contextmanager
    def inject(self, cast: Cast) -> Iterator[Self]:
        debugger = cast.playing(Debugger)
        try:
            debugger.fill_storage(self.percent)
            yield self
        finally:
            debugger.free_storage()

    def took_effect(self, seen: Observation) -> bool:
        done = seen.source == "hands" and seen.kind == "debugged"
        return done and seen.get("what") == "fill"
