"""The acquirer's host misbehaves: answers late, twice, wrongly, in part, or not at all."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import ClassVar, Literal, Self

from harness.model.cast import Cast
from harness.model.roles import Host
from harness.model.trace import Observation
from harness.model.units import Seconds


@dataclass(frozen=True, slots=True)
class HostMisbehaves:
    """Have the host act wrongly on messages of one type; clearing ends all its misbehaviour.

    Attributes:
        act: ``ignore`` the request unread, ``drop`` the answer, ``delay`` it, ``duplicate`` it,
            ``corrupt`` its MAC, answer with a ``wrong_stan``, ``truncate`` it, ``reset`` the
            connection in the middle of it, ``answer`` with ``code``, ``refuse`` connections.
        on: MTI of the request, or ``any``.
        by: How late a delayed answer is.
        times: How often; until it is cleared where it is not given.
        code: Answer code (field 39) for ``answer``.
    """

    NEEDS: ClassVar[tuple[type, ...]] = (Host,)
    act: Literal[
        "ignore", "drop", "delay", "duplicate", "corrupt", "wrong_stan", "truncate", "reset",
        "answer", "refuse",
    ]  # fmt: skip
    on: str = "0200"
    by: Seconds | None = None
    times: int | None = None
    code: str | None = None

    @contextmanager
    def inject(self, cast: Cast) -> Iterator[Self]:
        host = cast.playing(Host)
        by = None if self.by is None else float(self.by)
        asked = {"by": by, "times": self.times, "code": self.code}
        how = {name: value for name, value in asked.items() if value is not None}
        try:
            host.misbehave(self.act, on=self.on, **how)
            yield self
        finally:
            host.behave()

    def took_effect(self, seen: Observation) -> bool:
        """The host says that it did."""
        return (seen.source, seen.kind, seen.get("act")) == ("host", "misbehaved", self.act)
