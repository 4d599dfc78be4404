"""Invariant 20: who refused a sale because the journal is full sells nothing before it settles."""

from dataclasses import dataclass
from typing import ClassVar

from harness.judge._books import ADVICE, moves_money
from harness.judge._deals import CREDIT, OF_REQUEST
from harness.judge._monitor import Monitor, span
from harness.judge._run import Run
from harness.judge._telling import mti_of, stan_of
from harness.judge.invariants._safety import Safety
from harness.model.trace import Observation

FULL = frozenset({"batch_full", "storage_full"})


@dataclass(frozen=True, slots=True)
class FullJournalRefuses:
    """After a sale that was refused at once with "settle first" no new one goes out before that.

    One that goes out all the same overwrites a record that was not settled. That none is
    overwritten is ``journal_intact``'s to say (payment invariant 20). A refusal by the host is no
    refusal by the terminal: such a sale has a request.
    """

    NUMBERS: ClassVar[tuple[int, ...]] = (20,)

    def watch(self, run: Run) -> Monitor:
        return _FullJournalRefuses("full_journal_refuses", run)


class _FullJournalRefuses(Safety):
    kinds = frozenset({"sale_ended", "request_received", "settled", "cleared"})

    def __init__(self, clause: str, run: Run) -> None:
        super().__init__(clause, run)
        self._refused: Observation | None = None
        self._times = 0

    def on(self, seen: Observation) -> None:
        if seen.kind == "sale_ended":
            sale = self.run.books.sales.get(str(seen.get("sale")))
            asked = sale is not None and any(
                self.run.books.requests[stan] or self.run.books.advices[stan] for stan in sale.stans
            )
            if seen.get("cause") in FULL and not asked:
                self._refused, self._times = seen, self._times + 1
        elif seen.kind == "settled" or (seen.kind == "cleared" and seen.get("cause") in FULL):
            self._refused = None
        elif self._refused is not None and self._is_new(seen):
            self.fail(
                f"the journal was full at {span(self._refused.t)}, and trace number"
                f" {stan_of(seen)} was sent at {span(seen.t)} without a settlement",
                (self._refused.n, seen.n),
            )

    def _is_new(self, seen: Observation) -> bool:
        """A sale or its like; what takes back makes no room either, but some terminals allow it."""
        deal = OF_REQUEST.get((mti_of(seen), str(seen.get("processing") or "")[:2]), "sale")
        return (moves_money(seen) or mti_of(seen) == ADVICE) and deal not in CREDIT

    def held(self) -> str:
        return f"{self._times} sales refused for want of room, none went out before a settlement"
