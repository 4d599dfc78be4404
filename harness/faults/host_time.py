"""The host's clock shows another time of day: midnight comes while the terminal works.

A terminal takes date and time from its host (fields 13 and 12 of a sign-on's answer), so a story
that asks for a sign-on afterwards has it live through the change of the day within minutes.
"""

import datetime
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import ClassVar, Self

from harness.model.cast import Cast
from harness.model.roles import Dated
from harness.model.trace import Observation

#: A terminal whose clock differs from the host's by less has taken it, s.
TAKEN = 60.0


@dataclass(frozen=True, slots=True)
class HostTime:
    """Move the host's clock on to a time of day; nobody moves it back.

    Attributes:
        to: As ``23:58:30``, in the host's own zone.
    """

    NEEDS: ClassVar[tuple[type, ...]] = (Dated,)
    SHORT: ClassVar[str] = "to"
    to: str

    def __post_init__(self) -> None:
        try:
            datetime.time.fromisoformat(self.to)
        except ValueError as error:
            raise ValueError(f"{self.to!r} is no time of day; wanted one as 23:58:30") from error

    @contextmanager
    def inject(self, cast: Cast) -> Iterator[Self]:
        cast.playing(Dated).set_time_of_day(self.to)
        yield self

    def took_effect(self, seen: Observation) -> bool:
        """The terminal's own date and time, in a request, are the host's new ones."""
        told = seen.kind == "request_received" and seen.get("skew") is not None
        return seen.source == "host" and told and abs(float(seen["skew"])) < TAKEN
