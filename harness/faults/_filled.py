"""Something of the terminal is filled up by a debug unit, up to a share of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import ClassVar, Self

from harness.model.cast import Cast
from harness.model.hands import Debugger
from harness.model.trace import Observation
from harness.model.units import Seconds


@dataclass(frozen=True, slots=True)
class Filled:
    """Fill it up to ``percent`` for ``lasting``, or until cleared.

    A fault of it says by which calls of a ``Debugger`` (``FILL``, ``FREE``), and what is then told
    (``TOLD``).
    """

    NEEDS: ClassVar[tuple[type, ...]] = (Debugger,)
    SHORT: ClassVar[str] = "percent"
    FILL: ClassVar[str]
    FREE: ClassVar[str]
    TOLD: ClassVar[str]
    percent: float
    lasting: Seconds | None = None

    def __post_init__(self) -> None:
        if not 0 < self.percent <= 100:
            raise ValueError(f"percent is above 0 and up to 100, not {self.percent:g}")

    @contextmanager
    def inject(self, cast: Cast) -> Iterator[Self]:
        debugger = cast.playing(Debugger)
        try:
            getattr(debugger, self.FILL)(self.percent)
            yield self
        finally:
            getattr(debugger, self.FREE)()

    def took_effect(self, seen: Observation) -> bool:
        done = seen.source == "hands" and seen.kind == "debugged"
        return done and seen.get("what") == self.TOLD
