"""A batch may have only a few records: what takes hundreds of sales in the field takes some here.

It is set as the maker's own tool, or the estate's parameter file, sets it; no model is the same.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import ClassVar, Self

from harness.model.cast import Cast
from harness.model.hands import ServiceTool
from harness.model.trace import Observation


@dataclass(frozen=True, slots=True)
class BatchLimited:
    """Let a batch have ``to`` records at most; cleared, as many as before."""

    NEEDS: ClassVar[tuple[type, ...]] = (ServiceTool,)
    SHORT: ClassVar[str] = "to"
    to: int = 3

    def __post_init__(self) -> None:
        if self.to < 1:
            raise ValueError(f"a batch has 1 record or more, not {self.to}")

    @contextmanager
    def inject(self, cast: Cast) -> Iterator[Self]:
        tool = cast.playing(ServiceTool)
        try:
            tool.limit_batch(self.to)
            yield self
        finally:
            tool.limit_batch(None)

    def took_effect(self, seen: Observation) -> bool:
        done = seen.source == "hands" and seen.kind == "debugged"
        return done and seen.get("what") == "batch"
