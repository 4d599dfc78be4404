"""The carrier's name service fails: it is silent, refuses, knows nobody, or lies."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import ClassVar, Literal, Self

from harness.faults._cast import player_of
from harness.faults._profiles import check, refusal
from harness.model.cast import Cast
from harness.model.means import Means
from harness.model.network import Doored, Names
from harness.model.trace import Observation

#: Mode -> what the name service is seen to answer.
ANSWERS = {"silent": "silent", "refused": "refused", "unknown": "unknown", "hijack": "portal"}


@dataclass(frozen=True, slots=True)
class NamesFail:
    """Have the name service fail; cleared, it answers again.

    Attributes:
        mode: ``silent``: no answer; ``refused``: RCODE 5; ``unknown``: RCODE 3, there is no such
            host; ``hijack``: every name leads to a portal.
        anew: Have the host end its connections where it can, so that its name is asked for anew.
    """

    NEEDS: ClassVar[tuple[type, ...]] = (Names,)
    SHORT: ClassVar[str] = "mode"
    mode: Literal["silent", "refused", "unknown", "hijack"] = "silent"
    anew: bool = True

    def refusal(self, means: Means) -> str:
        """Why this rig cannot do it; ``""`` where it can."""
        return refusal(("names",), means.lacks)

    @contextmanager
    def inject(self, cast: Cast) -> Iterator[Self]:
        service = cast.playing(Names)
        check(service, ("names",))
        host = player_of(cast, Doored) if self.anew else None
        service.set_names(self.mode)
        try:
            if host is not None:
                host.set_door("closed")
                host.set_door("open")
            yield self
        finally:
            service.set_names("answer")

    def took_effect(self, seen: Observation) -> bool:
        """Somebody asked, and was answered so: a failure that nobody meets is none."""
        asked = (seen.source, seen.kind) == ("network", "name_asked")
        return asked and seen.get("answer") == ANSWERS[self.mode]
