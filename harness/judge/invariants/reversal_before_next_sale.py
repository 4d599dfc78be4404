"""Invariant 4: what has no answer is reversed before anything new is sold."""

from dataclasses import dataclass
from typing import ClassVar

from harness.judge._books import ADVICE, APPROVING, STANDING, alike, moves_money
from harness.judge._deals import ADVICES
from harness.judge._doubt import EVERY_LINE
from harness.judge._monitor import Monitor, span
from harness.judge._run import Run
from harness.judge._telling import mti_of, stan_of
from harness.judge.invariants._safety import Safety
from harness.model.trace import Observation


@dataclass(frozen=True, slots=True)
class ReversalBeforeNextSale:
    """A request without an answer is reversed before the terminal's next request that moves money.

    The 0400 must have been accepted (00, 12 or 25): pending reversals come before new transactions
    (payment rules, "when a terminal must reverse"; payment invariant 4). Whether an answer that the
    host gave also arrived is known from the terminal's console, or else, at the end, its journal.
    The same request once more, under its own number, is a next request as well, unless the host has
    refused the first. So is a refund's advice, where the refund was asked for after it.
    """

    NUMBERS: ClassVar[tuple[int, ...]] = (4,)
    DOES_WITHOUT: ClassVar[frozenset[str]] = EVERY_LINE

    def watch(self, run: Run) -> Monitor:
        return _ReversalBeforeNextSale("reversal_before_next_sale", run)


@dataclass(frozen=True, slots=True)
class _Passed:
    """A request that another one overtook."""

    request: Observation
    by: Observation

    @property
    def said(self) -> str:
        return (
            f"trace number {stan_of(self.by)} was sent to the host at {span(self.by.t)} while"
            f" {stan_of(self.request)}, which had no answer, was not reversed yet"
        )


class _ReversalBeforeNextSale(Safety):
    kinds = frozenset({"request_received"})

    def __init__(self, clause: str, run: Run) -> None:
        super().__init__(clause, run)
        self._open: dict[int, Observation] = {}
        self._doubtful: dict[int, _Passed] = {}
        self._count = 0

    def on(self, seen: Observation) -> None:
        stan = stan_of(seen)
        if stan is not None and mti_of(seen) == ADVICE:
            self._advise(stan, seen)
        if stan is None or not moves_money(seen):
            return
        first = self._open.get(stan)
        if first is not None and alike(first, seen):
            self._repeat(stan, _Passed(first, seen))
        for other in [known for known in self._open if known != stan]:
            self._weigh(other, _Passed(self._open.pop(other), seen))
        self._open[stan] = seen
        self._count += 1

    def _advise(self, stan: int, seen: Observation) -> None:
        """An older advice may go out whenever it is heard; a new one waits its turn."""
        sales, amount = self.run.books.sales, seen.get("amount")
        told = [
            sale for sale in sales.values()
            if sale.deal in ADVICES and sale.started.get("amount") == amount
        ]  # fmt: skip
        if len(told) != 1 or told[0] is not sales.get(str(seen.get("of"))):
            return
        for other, request in self._open.items():
            if other != stan and request.n < told[0].started.n:
                self._weigh(other, _Passed(request, seen))

    def _repeat(self, stan: int, passed: _Passed) -> None:
        books = self.run.books
        codes = {str(row.get("response")) for row in books.answers[stan]}
        if not books.concluded(stan) and codes <= APPROVING:
            self.fail(
                f"trace number {stan} was sent to the host again at {span(passed.by.t)}; its first"
                " request, which had no answer, was to be reversed",
                (passed.request.n, passed.by.n),
            )

    def _weigh(self, stan: int, passed: _Passed) -> None:
        books = self.run.books
        if books.concluded(stan):
            return
        last = books.decided[stan][-1] if books.decided[stan] else None
        owed = last is not None and last.kind == "not_done"
        if owed or not books.sound_answers(stan):
            lines = (passed.request.n, *([last.n] if last is not None else []), passed.by.n)
            self.fail(passed.said, lines)
        elif self.run.hears("console"):
            self._doubtful[stan] = passed  # answered; what it made of the answer it has not said

    def last_look(self) -> None:
        books = self.run.books
        for stan, passed in self._doubtful.items():
            late = [row for row in books.reversals[stan] if row.n > passed.by.n]
            lines = (passed.request.n, passed.by.n, *(row.n for row in late))
            if late:
                self.fail(passed.said, lines)
            elif books.no_journal():
                self.unsure(
                    f"whether {stan} had an answer is not known: {books.no_journal()}", lines
                )
            elif books.in_journal(stan, *STANDING, "declined", "failed") is None:
                self.fail(passed.said, lines)

    def held(self) -> str:
        return f"{self._count} requests, none overtook an owed reversal"
