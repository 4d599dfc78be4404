"""What every clause is judged by: one small monitor, the same online and offline.

A monitor is fed observations in order (``on``) and told how late it is (``at``). Its answer may not
depend on how often ``at`` is called: whatever expires is dated by its deadline. Deadlines are
inclusive: what is seen exactly at the deadline still counts.

``finish`` comes once, with the end of the run. After it nothing is open any more.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from harness.model.causes import CAUSES
from harness.model.trace import Observation
from harness.model.verdict import ClauseVerdict, Outcome
from harness.model.words import nearest

if TYPE_CHECKING:
    from harness.judge._run import Run

#: Trace lines carry microseconds; two stamps that differ by less are the same.
SLACK = 1e-6
#: Host and terminal are heard on lines of their own: so much later an answer may be stamped, s.
SKEW = 0.25

TERMINAL = "terminal"

#: Observations in which a terminal names a cause.
NAMING = frozenset({"detected", "report"})

#: Channels on which a terminal can be heard.
TERMINAL_CHANNELS = ("display", "ecr", "console", "estate")


class Monitor(ABC):
    """Watches one clause.

    Attributes:
        clause: How reports name it.
        budget: Seconds allowed, None without a budget.
        kinds: The observation kinds it wants to be fed; None for all.
        needs_rest: Whether it can only be judged once the terminal has come to rest.
        settled: The answer that nothing can change any more, None while open.
        settled_at: When that was, s.
        due: Its deadline when it was last fed; the case keeps it.
        does_without: Lines of the bench's (``_doubt``) without which it can be judged as well: a
            bench without them makes no good terminal fail. The case has it of the clause.
    """

    kinds: frozenset[str] | None = frozenset()
    needs_rest = False

    def __init__(self, clause: str, run: "Run", budget: float | None = None) -> None:
        self.clause = clause
        self.run = run
        self.budget = budget
        self.settled: ClauseVerdict | None = None
        self.settled_at = 0.0
        self.due: float | None = None
        self.does_without: frozenset[str] = frozenset()

    @abstractmethod
    def on(self, seen: Observation) -> None:
        """Take in one observation of the wanted kinds."""

    def at(self, t: float) -> None:  # noqa: B027 - most monitors have no deadline
        """Time has come to ``t`` and nothing more was seen before it."""

    def deadline(self) -> float | None:
        """When ``at`` will next change something, None for never."""
        return None

    @abstractmethod
    def conclude(self) -> None:
        """The run is over: settle."""

    def waiting(self) -> str:
        """What is still open, for a verdict asked too early."""
        return "not decided yet"

    def finish(self, *, complete: bool) -> None:
        """The run is over; ``complete`` is False when it was cut off."""
        if self.settled is None and complete:
            self.conclude()
        if self.settled is None:
            self.unsure(self.waiting() if complete else f"the run was cut off: {self.waiting()}")

    def verdict(self) -> ClauseVerdict:
        """The answer so far; INCONCLUSIVE while open."""
        if self.settled is not None:
            return self.settled
        return ClauseVerdict(self.clause, Outcome.INCONCLUSIVE, self.waiting(), self.budget)

    def hold(
        self, reason: str, evidence: Iterable[int] = (), measured: float | None = None
    ) -> None:
        """Settle: it held."""
        self._settle(Outcome.PASS, reason, evidence, measured)

    def fail(
        self, reason: str, evidence: Iterable[int] = (), measured: float | None = None
    ) -> None:
        """Settle: the terminal broke it."""
        self._settle(Outcome.FAIL, reason, evidence, measured)

    def unsure(
        self, reason: str, evidence: Iterable[int] = (), measured: float | None = None
    ) -> None:
        """Settle: there is not enough evidence, and there will be none."""
        self._settle(Outcome.INCONCLUSIVE, reason, evidence, measured)

    def take_back(self, why: str) -> None:
        """It may not be so: nobody can say."""
        assert self.settled is not None  # noqa: S101 - only what was said is taken back
        said = f"{self.settled.reason}; {why}"
        self.settled = replace(self.settled, outcome=Outcome.INCONCLUSIVE, reason=said)

    def _settle(
        self, outcome: Outcome, reason: str, evidence: Iterable[int], measured: float | None
    ) -> None:
        if self.settled is None:
            self.settled_at = self.run.now
            self.settled = ClauseVerdict(
                self.clause, outcome, reason, self.budget,
                None if measured is None else round(measured, 6),
                tuple(dict.fromkeys(evidence)), final=True,
            )  # fmt: skip


class Clause(Protocol):
    """A word of a scenario: its fields are the YAML keys, ``watch`` makes its monitor."""

    def watch(self, run: "Run") -> Monitor: ...


def after(t: float, limit: float) -> bool:
    """Whether ``t`` lies behind an inclusive limit."""
    return t > limit + SLACK


def span(seconds: float) -> str:
    """``4.1 s``: at most milliseconds, no idle zeros."""
    return f"{round(seconds, 3):g} s" if abs(seconds) < 1e5 else f"{seconds:.0f} s"


def known_causes(causes: Iterable[str]) -> tuple[str, ...]:
    """Check cause words; raises ValueError with the nearest one."""
    rows = tuple(causes)
    for cause in rows:
        if cause not in CAUSES:
            raise ValueError(f"{cause!r} is no cause{nearest(cause, CAUSES)}")
    return rows


def either(words: Iterable[str]) -> str:
    """``a, b or c``."""
    rows = list(words)
    return rows[0] if len(rows) == 1 else f"{', '.join(rows[:-1])} or {rows[-1]}"
