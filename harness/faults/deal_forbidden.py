"""The terminal may not make one kind of transaction: its acquirer, or its estate, has not let it.

It is set as the maker's own tool, or the estate's parameter file, sets it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import ClassVar, Self

from harness.model.cast import Cast
from harness.model.hands import ServiceTool
from harness.model.register import Deal
from harness.model.trace import Observation


@dataclass(frozen=True, slots=True)
class DealForbidden:
    """Let it make no such transaction; cleared, let it again."""

    NEEDS: ClassVar[tuple[type, ...]] = (ServiceTool,)
    SHORT: ClassVar[str] = "deal"
    deal: Deal

    @contextmanager
    def inject(self, cast: Cast) -> Iterator[Self]:
        tool = cast.playing(ServiceTool)
        try:
            tool.allow(self.deal, on=False)
            yield self
        finally:
            tool.allow(self.deal, on=True)

    def took_effect(self, seen: Observation) -> bool:
        done = seen.source == "hands" and seen.kind == "debugged"
        return done and seen.get("what") == "allow"
