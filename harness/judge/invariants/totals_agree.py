"""Invariant 10: journal, settlement and ledger add up to the same, or all items are uploaded."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from harness.judge._books import APPROVED, STANDING, Books, deal_of
from harness.judge._deals import CREDIT, DEBIT
from harness.judge._doubt import EVERY_LINE
from harness.judge._monitor import Monitor, span
from harness.judge._run import Run
from harness.judge._telling import stan_of
from harness.judge.invariants._at_rest import (
    LEDGER,
    AtRest,
    Breach,
    Finding,
    Held,
    Missing,
    plural,
)
from harness.model.trace import Observation


class Sums(NamedTuple):
    """Counts and minor units, by direction."""

    debits: int
    debit: int
    credits: int
    credit: int

    def said(self, books: Books) -> str:
        """As a person adds up: money with its currency, and how many of each."""
        debit, credit = books.money(self.debit), books.money(self.credit)
        return f"{debit} in {self.debits}, back {credit} in {self.credits}"


@dataclass(frozen=True, slots=True)
class TotalsAgree:
    """By count and amount, debit and credit, the terminal's journal is the host's ledger.

    Compared are the open batches, as far as their entries are of this run; what the terminal says
    its open batch adds up to (``totals``) is compared with its own journal, and what it says of one
    that it has closed, and the host found balanced, with the ledger. A batch that was closed
    unbalanced must have been uploaded (payment invariant 10).
    """

    NUMBERS: ClassVar[tuple[int, ...]] = (10,)
    DOES_WITHOUT: ClassVar[frozenset[str]] = EVERY_LINE

    def watch(self, run: Run) -> Monitor:
        return _TotalsAgree(run)


class _TotalsAgree(AtRest):
    kinds = frozenset({"totals", "settled"})

    def __init__(self, run: Run) -> None:
        super().__init__("totals_agree", run, self._check_all, oracle=LEDGER)
        self._told: list[Observation] = []
        self._settled: list[Observation] = []

    def on(self, seen: Observation) -> None:
        (self._told if seen.kind == "totals" else self._settled).append(seen)

    def _check_all(self, books: Books) -> Iterator[Finding]:
        yield from _uploaded(self._settled)
        missing = [said for said in (books.no_ledger(), books.no_journal()) if said]
        yield from map(Missing, missing)
        if not books.no_journal():
            over = max((seen.n for seen in self._settled), default=0)
            told = [seen for seen in self._told if seen.n > over and not seen.get("closed")]
            yield from _self_told(books, told)
        if not books.no_ledger():
            yield from _closed(books, self._told, self._settled)
        if not missing:
            yield from _open_batches(books)
        batches = plural(len(self._settled), "batch" if len(self._settled) == 1 else "batche")
        yield Held(f"the open batch agrees, {batches} closed")


def _uploaded(settled: Iterable[Observation]) -> Iterator[Finding]:
    for seen in settled:
        if seen.get("balanced") is False and seen.get("uploaded") == 0:
            yield Breach(
                f"batch {seen.get('batch')} was closed unbalanced at {span(seen.t)}, and nothing"
                " was uploaded", (seen,),
            )  # fmt: skip


def _open_batches(books: Books) -> Iterator[Finding]:
    own = {stan_of(row) for row in books.booked()}
    own |= {*books.requests, *books.advices}
    kept = [row for row in _standing(books) if stan_of(row) in own]
    booked = [row for row in books.booked() if deal_of(row) in DEBIT | CREDIT]
    for batch in sorted({str(row.get("batch")) for row in (*kept, *booked)} - books.settled):
        mine = [row for row in kept if str(row.get("batch")) == batch]
        theirs = [row for row in booked if str(row.get("batch")) == batch]
        if sums(mine) != sums(theirs):
            yield Breach(
                f"batch {batch}: the journal adds up to {sums(mine).said(books)}; the ledger to"
                f" {sums(theirs).said(books)}", (*mine, *theirs),
            )  # fmt: skip


def _closed(
    books: Books, told: Iterable[Observation], settled: list[Observation]
) -> Iterator[Finding]:
    """What a register hears that a day came to is what the host has of it."""
    since = 0
    for seen in told:
        if not seen.get("closed"):
            continue
        closed = [row for row in settled if since < row.n < seen.n]
        since, net = seen.n, seen.get("net")
        if not closed or not closed[-1].get("balanced") or net is None:
            continue
        batch = str(closed[-1].get("batch"))
        rows = [row for row in books.ledger.rows or () if str(row.get("batch")) == batch]
        found = sums([row for row in rows if row.get("status") == APPROVED])
        wanted = found.debit - found.credit
        if net not in (wanted, -wanted, max(0, wanted)):  # not all tell what the merchant owes
            yield Breach(
                f"the terminal says that batch {batch} came to {books.money(net)}; the host has"
                f" {found.said(books)}", (closed[-1], seen, *rows),
            )  # fmt: skip


def _self_told(books: Books, told: list[Observation]) -> Iterator[Finding]:
    """The last totals of what is still open, where nothing was done after them."""
    last = told[-1] if told else None
    if last is None or (books.last_money is not None and books.last_money.n > last.n):
        return
    batch = last.get("batch")
    rows = [
        row for row in _standing(books)
        if (str(row.get("batch")) == str(batch) if batch is not None
            else str(row.get("batch")) not in books.settled)
    ]  # fmt: skip
    found = sums(rows)
    wanted = {**found._asdict(), "net": found.debit - found.credit}
    wrong = [name for name in wanted if last.get(name) not in (None, wanted[name])]
    if wrong:
        claimed = ", ".join(f"{name} {last.get(name)}" for name in wrong)
        yield Breach(
            f"the terminal says its batch comes to {claimed}, its journal to {found.said(books)}",
            (last, *rows),
        )


def _standing(books: Books) -> list[Observation]:
    """What the journal holds for approved; the last word counts where it is written to its end."""
    rows = [row for row in books.journal.rows or () if not row.get("damaged")]
    last = {(row.get("batch"), stan_of(row)): row for row in rows}
    return [
        row for row in rows
        if row.get("outcome") in STANDING
        and (stan_of(row) is None or last[row.get("batch"), stan_of(row)] is row)
    ]  # fmt: skip


def sums(rows: Iterable[Observation]) -> Sums:
    """What journal or ledger rows add up to."""
    debit = [_amount(row) for row in rows if deal_of(row) in DEBIT]
    credit = [_amount(row) for row in rows if deal_of(row) in CREDIT]
    return Sums(len(debit), sum(debit), len(credit), sum(credit))


def _amount(row: Observation) -> int:
    amount = row.get("amount")
    return amount if isinstance(amount, int) else 0
