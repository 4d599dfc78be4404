"""Verdicts: PASS < INCONCLUSIVE < FAIL < ERROR (ETSI ES 201 873-1, 24), and what they rest on."""

import enum
from collections.abc import Iterable
from dataclasses import dataclass, field


class Outcome(enum.IntEnum):
    """How a clause or an item ended; the larger one wins. Only a terminal can FAIL."""

    SKIPPED = -1
    PASS = 0
    INCONCLUSIVE = 1
    FAIL = 2
    ERROR = 3

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class ClauseVerdict:
    """What one line of ``then``, ``always`` or ``expect`` came to.

    Attributes:
        clause: The word and what it watches, e.g. ``detects data_exhausted`` or ``exactly_once``.
        outcome: PASS, INCONCLUSIVE or FAIL (ERROR only for a judge that broke).
        reason: One sentence a tired person understands.
        budget: Seconds allowed, None where the clause has no budget.
        measured: Seconds taken, None where nothing was measured.
        evidence: Line numbers of the trace.
        final: True when no later observation can change this outcome.
    """

    clause: str
    outcome: Outcome
    reason: str
    budget: float | None = None
    measured: float | None = None
    evidence: tuple[int, ...] = ()
    final: bool = False


@dataclass(frozen=True, slots=True)
class Performance:
    """The performance class under a power disturbance (IEC 61000-4-29, clause 9).

    Attributes:
        letter: ``a`` kept working, ``b`` back by itself, ``c`` needs help, ``d`` lost for good.
        reason: One sentence.
        evidence: Line numbers of the trace.
    """

    letter: str
    reason: str
    evidence: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer for one item: the worst of its clauses.

    Attributes:
        outcome: The worst clause's.
        reason: One sentence.
        clauses: All of them.
        performance: The class of items with a power disturbance; it decides nothing by itself.
        oracle: Which of the three who know about money were there, and why the others were not.
    """

    outcome: Outcome
    reason: str
    clauses: tuple[ClauseVerdict, ...] = field(default=())
    performance: Performance | None = None
    oracle: str = ""

    @property
    def final(self) -> bool:
        """Whether nothing that may still come can change it."""
        return all(clause.final for clause in self.clauses)


def worst(clauses: Iterable[ClauseVerdict]) -> Verdict:
    """Merge clauses; no clause at all is INCONCLUSIVE, never PASS."""
    rows = tuple(clauses)
    if not rows:
        return Verdict(Outcome.INCONCLUSIVE, "nothing was judged")
    top = max(row.outcome for row in rows)
    if top is Outcome.PASS:
        return Verdict(top, "every clause held", rows)
    said = next(row for row in rows if row.outcome is top)
    return Verdict(top, f"{said.clause}: {said.reason}", rows)
