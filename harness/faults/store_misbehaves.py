"""The update store misbehaves: errors, lies about lengths and ranges, bad certificates, silence."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import ClassVar, Literal, Self

from harness.model.cast import Cast
from harness.model.trace import Observation
from harness.model.units import Seconds
from harness.model.updates import MisbehavingStore


@dataclass(frozen=True, slots=True)
class StoreMisbehaves:
    """Have the update store act wrongly; clearing ends it.

    Attributes:
        act: ``server_error`` with ``code``; ``slow_drip``, one byte every ``by``; say a length that
            is more (``length_lies_long``) or less (``length_lies_short``) than what follows;
            ``redirect_nowhere`` or to itself (``redirect_loop``); show a certificate that is out of
            date (``certificate_expired``) or by a stranger (``certificate_unknown``); ``reset`` the
            connection in the middle of the body, or say nothing more from there on (``silent``);
            send the whole where a range was asked for (``no_ranges``), or another range
            (``wrong_range``); name the same bytes by another tag each time (``etag_changes``).
        on: What it must be asked for: the ``manifest``, the ``image``, or ``any`` of them.
        times: How often; until it is cleared where it is not given.
        after: How many fitting requests are answered well first.
        by: Seconds between two bytes of a drip.
        code: Status of a ``server_error``; 503 where it is not given.
    """

    NEEDS: ClassVar[tuple[type, ...]] = (MisbehavingStore,)
    act: Literal[
        "server_error", "slow_drip", "length_lies_long", "length_lies_short", "redirect_nowhere",
        "redirect_loop", "certificate_expired", "certificate_unknown", "reset", "no_ranges",
        "wrong_range", "etag_changes", "silent",
    ]  # fmt: skip
    on: Literal["manifest", "image", "any"] = "any"
    times: int | None = None
    after: int | None = None
    by: Seconds | None = None
    code: int | None = None

    @contextmanager
    def inject(self, cast: Cast) -> Iterator[Self]:
        store = cast.playing(MisbehavingStore)
        by = None if self.by is None else float(self.by)
        asked = {"by": by, "times": self.times, "after": self.after, "code": self.code}
        how = {name: value for name, value in asked.items() if value is not None}
        try:
            store.misbehave(self.act, on=self.on, **how)
            yield self
        finally:
            store.behave()

    def took_effect(self, seen: Observation) -> bool:
        """The store says that it did."""
        return (seen.source, seen.kind, seen.get("act")) == ("updates", "misbehaved", self.act)
