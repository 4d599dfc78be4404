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
        act: ``ignore`` the request unread, ``drop`` the answer, ``delay`` it, or until the reversal
            was answered (``late_after_reversal``); ``duplicate`` it, send a decline behind it
            (``two_answers``), ``drip`` it byte by byte; answer for another trace number
            (``wrong_stan``), amount, terminal or as another type (``wrong_mti``); ``corrupt`` its
            MAC or leave it out (``no_mac``); ``garbage`` instead; ``truncate`` it; ``reset`` the
            connection in the middle of it; ``answer`` with ``code``; find ``other_totals`` in a
            settlement (0500); ``refuse`` connections.
        on: MTI of the request, or ``any``.
        by: How late a delayed answer is, how long a dripping one takes.
        times: How often; until it is cleared where it is not given.
        after: How many fitting requests are answered well first.
        code: Answer code (field 39) for ``answer``.
    """

    NEEDS: ClassVar[tuple[type, ...]] = (Host,)
    act: Literal[
        "ignore", "drop", "delay", "late_after_reversal", "duplicate", "two_answers", "drip",
        "wrong_stan", "wrong_amount", "wrong_tid", "wrong_mid", "wrong_mti", "corrupt", "no_mac",
        "garbage", "truncate", "reset", "answer", "other_totals", "refuse",
    ]  # fmt: skip
    on: str = "0200"
    by: Seconds | None = None
    times: int | None = None
    after: int | None = None
    code: str | None = None

    @contextmanager
    def inject(self, cast: Cast) -> Iterator[Self]:
        host = cast.playing(Host)
        by = None if self.by is None else float(self.by)
        asked = {"by": by, "times": self.times, "after": self.after, "code": self.code}
        how = {name: value for name, value in asked.items() if value is not None}
        try:
            host.misbehave(self.act, on=self.on, **how)
            yield self
        finally:
            host.behave()

    def took_effect(self, seen: Observation) -> bool:
        """The host says that it did."""
        return (seen.source, seen.kind, seen.get("act")) == ("host", "misbehaved", self.act)
