"""Invariant 2: everything booked that moves money is in the terminal's journal."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from harness.judge._books import STANDING, Books, alike, deal_of
from harness.judge._deals import DEBIT, MOVES
from harness.judge._doubt import CONSOLE, EVERY_LINE
from harness.judge._monitor import Monitor
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


@dataclass(frozen=True, slots=True)
class NoOrphanCharge:
    """Every approved, not reversed entry of the host's ledger is in the journal as approved.

    So it can be printed again; what was given back is held to the same. Entries of a batch that was
    settled are exempt: the terminal may have dropped them. So are reservations, which are no
    charge (payment invariant 2).
    """

    NUMBERS: ClassVar[tuple[int, ...]] = (2,)
    DOES_WITHOUT: ClassVar[frozenset[str]] = EVERY_LINE - {CONSOLE}

    def watch(self, run: Run) -> Monitor:
        return AtRest("no_orphan_charge", run, check, oracle=LEDGER)


def check(books: Books) -> Iterator[Finding]:
    """What the books show of it."""
    missing = [said for said in (books.no_ledger(), books.no_journal()) if said]
    yield from map(Missing, missing)
    if missing:
        return
    rows = [row for row in books.booked() if deal_of(row) in MOVES and not books.is_settled(row)]
    for row in rows:
        stan = stan_of(row)
        if stan is None:
            yield Missing("a charge without a trace number cannot be found in the journal")
            continue
        record = books.in_journal(stan, *STANDING)
        what = "charge" if deal_of(row) in DEBIT else deal_of(row)
        charge = f"the host's {what} of trace number {stan} ({books.money(row.get('amount'))})"
        if record is None:
            yield Breach(f"{charge} is not in the journal as approved", (row,))
        elif not alike(row, record):
            yield Breach(f"{charge} is in the journal with other contents", (row, record))
    charges = [row for row in rows if deal_of(row) in DEBIT]
    yield Held(f"{plural(len(charges), 'charge')}, all in the journal")
