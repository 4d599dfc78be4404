"""The journal can be read, whole: nothing damaged, nothing twice, nothing lost or altered."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from harness.judge._books import APPROVED, STANDING, Books, alike
from harness.judge._deals import MOVES
from harness.judge._doubt import CONSOLE, EVERY_LINE
from harness.judge._monitor import Monitor
from harness.judge._run import Run
from harness.judge._telling import stan_of
from harness.judge.invariants._at_rest import AtRest, Breach, Finding, Held, Missing, plural
from harness.model.trace import Observation


@dataclass(frozen=True, slots=True)
class JournalIntact:
    """No record is damaged, doubled, altered or lost while its batch is open.

    Judged at rest from the journal as the terminal tells it. What was approved before its eyes (by
    its own word) must be there with the same amount and card (payment invariants 2, 9, 13, 20;
    power loss while writing, scenario P-6).
    """

    NUMBERS: ClassVar[tuple[int, ...]] = (2, 9, 13, 16, 20)
    DOES_WITHOUT: ClassVar[frozenset[str]] = EVERY_LINE - {CONSOLE}

    def watch(self, run: Run) -> Monitor:
        return AtRest("journal_intact", run, check)


def check(books: Books) -> Iterator[Finding]:
    """What the books show of it."""
    missing = books.no_journal()
    if missing:
        yield Missing(missing)
        return
    rows = books.journal.rows or []
    yield from _damaged(books, rows)
    yield from _doubled(rows)
    yield from _lost(books)
    yield Held(f"{plural(len(rows), 'record')}, none damaged")


def _damaged(books: Books, rows: list[Observation]) -> Iterator[Finding]:
    torn = [row for row in rows if row.get("damaged")]
    end = books.journal.end
    told = end.get("damaged") if end is not None else 0
    count = max(len(torn), int(told or 0))
    if count:
        lines = (*torn, *([end] if end is not None else []))
        yield Breach(f"{plural(count, 'record')} of the journal cannot be read", lines)


def _doubled(rows: list[Observation]) -> Iterator[Finding]:
    known: defaultdict[tuple[object, int], list[Observation]] = defaultdict(list)
    for row in rows:
        stan = stan_of(row)
        if stan is not None and row.get("outcome") == APPROVED:
            known[row.get("batch"), stan].append(row)
    for (_, stan), same in known.items():
        if len(same) > 1:
            yield Breach(f"trace number {stan} is recorded {len(same)} times", tuple(same))


def _lost(books: Books) -> Iterator[Finding]:
    """Approved by its own word, or told in an earlier telling, and not there any more."""
    known = [row for row in books.journal.earlier if row.get("outcome") == APPROVED]
    known += [
        rows[-1] for rows in books.decided.values()
        if rows and rows[-1].kind == APPROVED and rows[-1].source == "terminal"
    ]  # fmt: skip
    for row in known:
        stan = stan_of(row)
        if stan is None or books.is_settled(row) or books.deal_of(stan) not in MOVES:
            continue
        record = books.in_journal(stan, *STANDING, "reversed")
        what = f"trace number {stan} ({books.money(row.get('amount'))})"
        if record is None:
            yield Breach(f"{what} was approved and is not in the journal any more", (row,))
        elif not alike(row, record):
            yield Breach(f"{what} stands in the journal with other contents", (row, record))
