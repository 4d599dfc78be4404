"""A transaction that the engine made, as the register knows it."""

from dataclasses import dataclass, field

from harness.judge._deals import PLAIN
from harness.model.trace import Observation

UNKNOWN, APPROVED = "unknown", "approved"
#: s by which a display may be behind.
SHOWN_LATE = 10.0


@dataclass(slots=True)
class Sold:
    """A sale the engine made.

    Attributes:
        name: The scenario's name for it.
        started: ``sale_started``; it tells the deal (``what``).
        ended: ``sale_ended``.
        resolved: ``sale_resolved``.
        stans: Trace numbers of its requests.
        shown: What the display called it meanwhile.
    """

    name: str
    started: Observation
    ended: Observation | None = None
    resolved: Observation | None = None
    stans: set[int] = field(default_factory=set)
    shown: list[Observation] = field(default_factory=list)

    @property
    def deal(self) -> str:
        return str(self.started.get("what") or PLAIN)

    @property
    def last(self) -> Observation | None:
        """The register's last word that is worth something."""
        if self.resolved is not None and self.resolved.get("outcome") != UNKNOWN:
            return self.resolved
        return self.ended

    @property
    def outcome(self) -> str:
        """``unknown`` until somebody knows."""
        last = self.last
        return UNKNOWN if last is None else str(last.get("outcome", UNKNOWN))

    def is_shown_late(self, seen: Observation) -> bool:
        """Whether it is over, and a display that is some seconds behind shows it only now."""
        shown = any(one.get("outcome") == APPROVED for one in self.shown)
        if self.ended is None or self.outcome != APPROVED or shown:
            return False
        return seen.get("outcome") == APPROVED and seen.t - self.ended.t <= SHOWN_LATE
