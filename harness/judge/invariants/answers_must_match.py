"""Invariant 12: only an answer that matches its request, with a right MAC, is an answer."""

from dataclasses import dataclass
from typing import ClassVar

from harness.judge._books import APPROVED, APPROVING
from harness.judge._deals import ADVICES
from harness.judge._monitor import TERMINAL, Monitor, span
from harness.judge._run import Run
from harness.judge._telling import stan_of
from harness.judge.invariants._safety import Safety
from harness.model.trace import Observation

#: Host and terminal are heard on lines of their own: so much later an answer may be stamped, s.
SKEW = 0.25


@dataclass(frozen=True, slots=True)
class AnswersMustMatch:
    """Nothing is approved, on the console or on a receipt, without a sound approving answer.

    MTI, trace number, terminal, merchant, amount and MAC must match (payment invariant 12). An
    answer counts as sound when the host gave it and was not told to spoil it. A refund and an
    offline sale are approved by the terminal itself and told the host in an advice (0220), which
    must have come by the end.
    """

    NUMBERS: ClassVar[tuple[int, ...]] = (12,)

    def watch(self, run: Run) -> Monitor:
        return _AnswersMustMatch("answers_must_match", run)


class _AnswersMustMatch(Safety):
    kinds = frozenset({"approved", "printed"})

    def __init__(self, clause: str, run: Run) -> None:
        super().__init__(clause, run)
        self._checked: dict[int, int] = {}
        self._unproved: list[int] = []
        self._by_itself: dict[int, Observation] = {}  # approved, and nobody was asked
        # approved before an approving answer was seen: trace number, line, answers until then
        self._early: list[tuple[int, Observation, tuple[Observation, ...]]] = []

    def on(self, seen: Observation) -> None:
        stan = stan_of(seen)
        if seen.source != TERMINAL or stan is None or stan in self._checked:
            return
        if seen.kind == "printed" and seen.get("outcome") != APPROVED:
            return
        self._checked[stan] = seen.n
        if "host" not in self.run.heard:  # not a word of it: not even that it could be heard
            self._unproved.append(seen.n)
        elif not self.run.books.requests[stan] and self.run.ready is not None and seen.get("copy"):
            return  # a copy of an earlier day's receipt
        else:
            self._weigh(stan, seen)

    def _weigh(self, stan: int, seen: Observation) -> None:
        books = self.run.books
        good = [row for row in books.answers[stan] if str(row.get("response")) in APPROVING]
        spoilt = books.spoiled[stan]
        if not good and not books.requests[stan]:
            self._by_itself[stan] = seen
        elif not good:
            self._early.append((stan, seen, tuple(books.answers[stan])))
        elif len(spoilt) >= len(good):
            self.fail(
                f"trace number {stan} was approved at {span(seen.t)} on an answer that did not"
                f" match ({spoilt[0]['act']})", (*(row.n for row in (*spoilt, *good)), seen.n),
            )  # fmt: skip

    def last_look(self) -> None:
        books = self.run.books
        for stan, seen, answers in self._early:
            if not self._came_soon(stan, seen):
                self.fail(
                    f"trace number {stan} was approved at {span(seen.t)}, but the host gave no"
                    " approving answer", (seen.n, *(row.n for row in answers)),
                )  # fmt: skip
        for stan, seen in self._by_itself.items():
            if not books.advices[stan] and books.deal_of(stan) not in ADVICES:
                self.fail(f"trace number {stan} was approved at {span(seen.t)}, and the host was"
                          " never asked", (seen.n,))  # fmt: skip
        if self._unproved:
            self.unsure("the host, who gives the answers, is not observed", self._unproved)

    def _came_soon(self, stan: int, seen: Observation) -> bool:
        """Whether a sound approving answer was stamped right after the approval."""
        books = self.run.books
        soon = [row for row in books.answers[stan] if seen.n < row.n and row.t <= seen.t + SKEW]
        return (
            any(str(row.get("response")) in APPROVING for row in soon) and not books.spoiled[stan]
        )

    def held(self) -> str:
        return f"{len(self._checked)} approvals, each on a sound answer"
