"""Invariant 12: only an answer that matches its request, with a right MAC, is an answer."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from harness.judge._books import APPROVED, APPROVING, REVERSAL
from harness.judge._deals import ADVICES
from harness.judge._doubt import CONSOLE, EVERY_LINE
from harness.judge._host_words import SPOILING
from harness.judge._monitor import SKEW, TERMINAL, Monitor, span
from harness.judge._run import Run
from harness.judge._telling import mti_of, stan_of
from harness.judge.invariants._safety import Safety
from harness.model.trace import Observation

#: Acts that spoil nothing but the MAC, where there is one.
OF_MAC = frozenset({"corrupt", "bad_mac", "no_mac"})


@dataclass(frozen=True, slots=True)
class AnswersMustMatch:
    """Nothing is approved or called reversed, on console or receipt, without a sound answer.

    MTI, trace number, terminal, merchant, amount and MAC must match (payment invariant 12). An
    answer counts as sound when the host gave it and was not told to spoil it. A refund and an
    offline sale are approved by the terminal itself and told the host in an advice (0220), which
    must have come by the end. A reversal that is done rests on a sound 0410.
    """

    NUMBERS: ClassVar[tuple[int, ...]] = (12,)
    DOES_WITHOUT: ClassVar[frozenset[str]] = EVERY_LINE - {CONSOLE}

    def watch(self, run: Run) -> Monitor:
        return _AnswersMustMatch("answers_must_match", run)


class _AnswersMustMatch(Safety):
    kinds = frozenset({"approved", "printed", "reversal_done", "answered", "misbehaved",
                       "request_received"})  # fmt: skip

    def __init__(self, clause: str, run: Run) -> None:
        super().__init__(clause, run)
        self._checked: dict[int, int] = {}
        self._unproved: list[int] = []
        self._by_itself: dict[int, Observation] = {}  # approved, and nobody was asked
        # approved before an approving answer was seen: trace number, line, answers until then
        self._early: list[tuple[int, Observation, tuple[Observation, ...]]] = []
        self._undoing = Undoing()

    def on(self, seen: Observation) -> None:
        self._undoing.on(seen)
        if seen.kind in ("approved", "printed"):
            self._take(seen)

    def _take(self, seen: Observation) -> None:
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
        for done, spoilt in self._undoing.unsound():
            self.fail(
                f"trace number {stan_of(done)} was called reversed at {span(done.t)}, and no answer"
                f" to its reversal matched ({spoilt[0]['act']})",
                (*(row.n for row in spoilt), done.n),
            )
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


class Undoing:
    """What came of reversals: their answers (0410), and which of them were spoilt."""

    def __init__(self) -> None:
        self._done: list[Observation] = []
        self._answers: list[Observation] = []
        self._spoilt: list[Observation] = []
        self._sealed: set[int] = set()  # numbers whose reversal carried a MAC

    def on(self, seen: Observation) -> None:
        """Take in a line about one."""
        if seen.kind == "reversal_done" and seen.source == TERMINAL:
            self._done.append(seen)
        elif seen.kind == "answered" and mti_of(seen) == "0410":
            self._answers.append(seen)
        elif mti_of(seen) != REVERSAL:
            return
        elif seen.kind == "request_received" and seen.get("mac_ok") is not None:
            self._sealed.add(stan_of(seen) or 0)
        elif seen.kind == "misbehaved" and seen.get("act") in SPOILING:
            self._spoilt.append(seen)

    def unsound(self) -> Iterator[tuple[Observation, list[Observation]]]:
        """Reversals that were called done, and every answer until then was spoilt."""
        for done in self._done:
            stan = stan_of(done)
            spoilt = [
                row for row in self._spoilt
                if stan_of(row) == stan and row.n < done.n
                and (row["act"] not in OF_MAC or stan in self._sealed)
            ]  # fmt: skip
            answers = [
                row for row in self._answers
                if stan_of(row) == stan and (row.n < done.n or row.t <= done.t + SKEW)
            ]  # fmt: skip
            if spoilt and len(answers) <= len(spoilt):
                yield done, spoilt
