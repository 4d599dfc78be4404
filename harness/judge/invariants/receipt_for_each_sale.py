"""A sale that stands has its receipt, whole, or a marked copy of it (scenario P-4: reprint)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from harness.judge._books import APPROVED, STANDING, Books, alike
from harness.judge._deals import MOVES
from harness.judge._doubt import DISPLAY
from harness.judge._monitor import Monitor
from harness.judge._run import Run
from harness.judge.invariants._at_rest import AtRest, Breach, Finding, Held, Missing, plural
from harness.model.trace import Observation


@dataclass(frozen=True, slots=True)
class ReceiptForEachSale:
    """What was approved and stands was printed to its end by the time of rest.

    A printing that a cut broke off does not count: the cardholder needs a receipt that can be read.
    A log may tell of a printing without its trace number: amount and card number tell whose it is.
    """

    NUMBERS: ClassVar[tuple[int, ...]] = (13,)
    DOES_WITHOUT: ClassVar[frozenset[str]] = frozenset({DISPLAY})

    def watch(self, run: Run) -> Monitor:
        return AtRest("receipt_for_each_sale", run, lambda books: check(books, run))


def check(books: Books, run: Run) -> Iterator[Finding]:
    """What the books show of it."""
    if not books.receipts and not (run.hears("console") and run.tells("printed")):
        yield Missing("receipts are not observed on this rig")
        return
    standing = _standing(books)
    unnumbered = [row for row in books.unnumbered if row.get("outcome") == APPROVED]
    for stan, line in standing.items():
        own = [row for row in books.receipts[stan] if row.get("outcome") == APPROVED]
        if not own and (like := [row for row in unnumbered if alike(row, line)]):
            unnumbered.remove(like[0])  # each is of one sale
        elif not own:
            begun = books.begun[stan]
            how = "its receipt was begun and never finished" if begun else "it has no receipt"
            yield Breach(f"trace number {stan} was approved, and {how}", (line, *begun[-1:]))
    yield Held(f"{plural(len(standing), 'approved sale')}, each with its receipt")


def _standing(books: Books) -> dict[int, Observation]:
    """Trace numbers that are approved by the terminal's last word, and the line that says so."""
    told = {
        stan: rows[-1] for stan, rows in books.decided.items()
        if rows[-1].kind == APPROVED and books.deal_of(stan) in MOVES
    }  # fmt: skip
    if books.no_journal():
        return told
    rows = [row for row in books.journal.rows or () if not row.get("damaged")]
    last = {int(row["stan"]): row for row in rows if isinstance(row.get("stan"), int)}
    asked = {stan for sale in books.sales.values() for stan in sale.stans}
    booked = {
        stan: row
        for stan, row in last.items()
        if row.get("outcome") == APPROVED and stan in asked and books.deal_of(stan) in MOVES
    }
    undone = {stan for stan, row in last.items() if row.get("outcome") not in STANDING}
    return {stan: row for stan, row in {**booked, **told}.items() if stan not in undone}
