"""Invariant 13: no receipt without a durable record; a reprint says that it is one."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from harness.judge._books import APPROVED, STANDING, Books, alike
from harness.judge._deals import MOVES, PLAIN
from harness.judge._doubt import DISPLAY, REGISTER
from harness.judge._monitor import Monitor
from harness.judge._run import Run
from harness.judge._telling import stan_of
from harness.judge.invariants._at_rest import AtRest, Breach, Finding, Held, Missing, plural
from harness.model.trace import Observation

#: On paper, whatever stands between name and figure: ``Trace-Nr. 000012``, ``BETRAG EUR 12,50``.
TRACE = re.compile(r"\bTRACE(?:[- ]?(?:NR|NO|NUMBER))?[.:# ]*(\d{1,6})\b", re.IGNORECASE)
#: With all six digits of field 60.2, as UnionPay's receipts have it: ``BATCH NO: 000001``, 批次号.
BATCH = re.compile(r"(?:\bBATCH(?:[- ]?(?:NR|NO|NUMBER))?|批次号)[.:：# ]*(\d{6})\b", re.IGNORECASE)
#: s within which the second receipt of a sale follows the first: the merchant's, the cardholder's.
PAIR = 10.0
AMOUNT = re.compile(
    r"^\W*(?:AMOUNT|TOTAL|BETRAG|SUMME)\b\D*(\d[\d.,' ]*[.,]\d\d)(?!\d)",
    re.IGNORECASE | re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class ReceiptNeedsJournal:
    """Every receipt that says approved has its record in the journal.

    And a second receipt for one transaction is marked as a copy (payment invariant 13), unless it
    is the cardholder's, who gets his right after the merchant's. Where a
    register prints it, its text can be read: no other trace number, amount or (of a sale) batch
    than the transaction's is named by its name there.
    """

    NUMBERS: ClassVar[tuple[int, ...]] = (13,)
    DOES_WITHOUT: ClassVar[frozenset[str]] = frozenset({DISPLAY, REGISTER})

    def watch(self, run: Run) -> Monitor:
        return AtRest("receipt_needs_journal", run, lambda books: check(books, run))


def _on_paper(books: Books) -> dict[int, list[Observation]]:
    """Receipts by trace number; one that a cut broke off counts as far as it was begun."""
    begun = {stan: rows for stan, rows in books.begun.items() if stan not in books.receipts}
    return {**books.receipts, **begun}


def _unmarked(rows: list[Observation]) -> list[Observation]:
    """Receipts that say approved and not that they are copies; whole or not, they are on paper."""
    return [row for row in rows if row.get("outcome") == APPROVED and not row.get("copy")]


def _is_pair(books: Books, stan: int) -> bool:
    """Merchant's and cardholder's: two whole ones, one after the other, that nobody asked for."""
    done, begun = _unmarked(books.receipts[stan]), _unmarked(books.begun[stan])
    if len(done) != 2 or len(begun) not in (0, 2):
        return False
    first, second = done[0], (begun or done)[1]
    between = (*books.boots, *books.hands_on)
    asked = any(first.n < one.n < second.n for one in between)
    return first.n < second.n and second.t - first.t <= PAIR and not asked


def _misprint(books: Books, row: Observation) -> str:
    """What of its text is another transaction's, or ``""``; facts are those of the protocol."""
    text, amount = str(row.get("text") or ""), row.get("amount")
    stans = [int(found) for found in TRACE.findall(text)]
    amounts = [int(re.sub(r"\D", "", found)) for found in AMOUNT.findall(text)]
    if stans and stan_of(row) and stan_of(row) not in stans:
        return f"trace number {stans[0]}"
    if amounts and amount is not None and amount not in amounts:
        return f"an amount of {books.money(amounts[0])}"
    sent = books.requests[stan_of(row) or 0] if books.deal_of(stan_of(row) or 0) == PLAIN else []
    own = {str(one["batch"]).zfill(6) for one in sent if one.get("batch") is not None}
    batches = BATCH.findall(text)
    if batches and own and own.isdisjoint(batches):
        return f"batch {batches[0]}"
    return ""


def _misprinted(books: Books) -> Iterator[Finding]:
    for stan, rows in books.receipts.items():
        for row in rows:
            other = _misprint(books, row) if row.get("outcome") == APPROVED else ""
            if other:
                yield Breach(f"the receipt of trace number {stan} says {other}", (row,))


def check(books: Books, run: Run) -> Iterator[Finding]:
    """What the books show of it."""
    count = 0
    for stan, rows in _on_paper(books).items():
        approving = [row for row in rows if row.get("outcome") == APPROVED]
        unmarked = max(_unmarked(approving), _unmarked(books.begun[stan]), key=len)
        count += len(approving)
        if len(unmarked) > 1 and not _is_pair(books, stan):
            yield Breach(
                f"trace number {stan} was printed {len(unmarked)} times without being marked as a"
                " copy", tuple(unmarked),
            )  # fmt: skip
        if not approving or books.deal_of(stan) not in MOVES or books.is_settled(approving[-1]):
            continue
        if books.no_journal():
            yield Missing(books.no_journal())
            continue
        record = books.in_journal(stan, *STANDING)
        if record is None or not alike(approving[-1], record):
            what = "has no record" if record is None else "has a record with other contents"
            lines = (approving[-1], *([record] if record is not None else []))
            yield Breach(
                f"a receipt says that trace number {stan} was approved, but the journal {what}",
                lines,
            )
    yield from _misprinted(books)
    if not count and not run.hears("console"):
        yield Missing("receipts are not observed on this rig")
    yield Held(f"{plural(count, 'receipt')}, all in the journal")
