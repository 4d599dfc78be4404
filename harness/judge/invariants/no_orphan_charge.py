"""Invariant 2: every standing charge is in the terminal's journal."""

from collections.abc import Iterator
from dataclasses import dataclass

from harness.judge._books import APPROVED, Books, alike
from harness.judge._monitor import Monitor
from harness.judge._run import Run
from harness.judge._telling import stan_of
from harness.judge.invariants._at_rest import AtRest, Breach, Finding, Held, Missing, plural


@dataclass(frozen=True, slots=True)
class NoOrphanCharge:
    """Every approved, not reversed entry of the host's ledger is in the journal as approved.

    So it can be printed again. Charges of a batch that was settled are exempt: the terminal may
    have dropped them (payment invariant 2).
    """

    def watch(self, run: Run) -> Monitor:
        return AtRest("no_orphan_charge", run, check)


def check(books: Books) -> Iterator[Finding]:
    """What the books show of it."""
    missing = [said for said in (books.no_ledger(), books.no_journal()) if said]
    yield from map(Missing, missing)
    if missing:
        return
    charges = [row for row in books.charges() if not books.is_settled(row)]
    for row in charges:
        stan = stan_of(row)
        record = None if stan is None else books.in_journal(stan, APPROVED)
        charge = f"the host's charge of trace number {stan} ({books.money(row.get('amount'))})"
        if record is None:
            yield Breach(f"{charge} is not in the journal as approved", (row,))
        elif not alike(row, record):
            yield Breach(f"{charge} is in the journal with other contents", (row, record))
    yield Held(f"{plural(len(charges), 'charge')}, all in the journal")
