"""The host is not any more where the terminal's settings say it is."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import ClassVar, Literal, Self

from harness.model.cast import Cast
from harness.model.network import Doored, Which
from harness.model.trace import Observation


@dataclass(frozen=True, slots=True)
class HostMoved:
    """Have the host leave its port or its address; cleared, it is back.

    To the terminal it is as if its own settings were wrong.

    Attributes:
        leaves: ``closed``: another port now, and connections to this one are refused; ``silent``:
            another address now, and nobody is at this one.
        which: The primary host, the secondary, or all there are.
    """

    NEEDS: ClassVar[tuple[type, ...]] = (Doored,)
    SHORT: ClassVar[str] = "leaves"
    leaves: Literal["closed", "silent"] = "closed"
    which: Which = "all"

    @contextmanager
    def inject(self, cast: Cast) -> Iterator[Self]:
        host = cast.playing(Doored)
        host.set_door(self.leaves, self.which)
        try:
            yield self
        finally:
            host.set_door("open", self.which)

    def took_effect(self, seen: Observation) -> bool:
        """Somebody wanted to connect and could not."""
        turned_away = (seen.source, seen.kind) == ("host", "turned_away")
        return turned_away and self.which in ("all", seen.get("which", self.which))
