"""Invariant 3: a sale that was not approved costs the cardholder nothing."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from harness.judge._books import APPROVED, Books, deal_of
from harness.judge._deals import SAID
from harness.judge._doubt import EVERY_LINE
from harness.judge._monitor import Monitor
from harness.judge._run import Run
from harness.judge._sold import UNKNOWN, Sold
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
from harness.judge.invariants._voices import Voice, voices
from harness.model.trace import Observation


@dataclass(frozen=True, slots=True)
class DeclinedCostsNothing:
    """Declined, failed or unknown to the cardholder comes to net 0 at the host, at rest.

    A void or a refund that was not done gives nothing back, a reservation that was not made holds
    nothing; what was charged and taken back is net 0. What stayed unknown to the register counts as
    approved where the terminal, a receipt or the journal says so, as after the cut points P7 and P8
    (payment invariant 3).
    """

    NUMBERS: ClassVar[tuple[int, ...]] = (3,)
    DOES_WITHOUT: ClassVar[frozenset[str]] = EVERY_LINE

    def watch(self, run: Run) -> Monitor:
        return AtRest("declined_costs_nothing", run, check, oracle=LEDGER)


def check(books: Books) -> Iterator[Finding]:
    """What the books show of it."""
    missing = books.no_ledger()
    if missing:
        yield Missing(missing)
        return
    said = voices(books)
    charges = {stan_of(row): row for row in books.booked() if not row.get("voided")}
    unsold = 0
    for sale in books.sales.values():
        if sale.outcome != APPROVED:
            unsold += 1
            yield from _costs_nothing(books, sale, said, charges)
    yield from _not_done(books, said, charges)
    yield Held(f"{plural(unsold, 'sale')} not approved, no charge for them")


def _costs_nothing(
    books: Books, sale: Sold, said: dict[int, list[Voice]],
    charges: dict[int | None, Observation],
) -> Iterator[Finding]:  # fmt: skip
    standing = [charges[stan] for stan in sorted(sale.stans) if stan in charges]
    if not sale.stans and sale.outcome != UNKNOWN:
        standing = _unclaimed(books, sale, charges)
    for row in standing:
        stan = stan_of(row) or 0
        if sale.outcome == UNKNOWN:
            if any(voice.approved for voice in said.get(stan, ())):
                continue
            if books.no_journal():
                yield Missing(f"whether {sale.name} was approved is unknown: {books.no_journal()}")
                continue
        last = sale.last
        yield Breach(
            f"{sale.name} ended {sale.outcome}, but {books.money(row.get('amount'))} is"
            f" {SAID.get(deal_of(row), 'booked')} at the host (trace number {stan})",
            (*([last] if last else []), row),
        )  # fmt: skip


def _unclaimed(
    books: Books, sale: Sold, charges: dict[int | None, Observation]
) -> list[Observation]:
    """Charges of the sale's amount that belong to no other sale; its trace number is unknown."""
    others = {stan for other in books.sales.values() for stan in other.stans}
    return [
        row for stan, row in charges.items()
        if stan not in others and row.get("amount") == sale.started.get("amount")
        and row.n > sale.started.n
        and not any(other.outcome in (APPROVED, UNKNOWN) and not other.stans
                    for other in books.sales.values())
    ]  # fmt: skip


def _not_done(
    books: Books, said: dict[int, list[Voice]], charges: dict[int | None, Observation]
) -> Iterator[Finding]:
    """What the terminal itself or its last receipt called declined or not done."""
    named = {stan for sale in books.sales.values() for stan in sale.stans}
    for stan, rows in said.items():
        if stan in charges and stan not in named and not any(voice.approved for voice in rows):
            row, voice = charges[stan], rows[0]
            yield Breach(
                f"trace number {stan} was called {voice.outcome} by the {voice.channel}, but"
                f" {books.money(row.get('amount'))} is {SAID.get(deal_of(row), 'booked')} at the"
                " host", (voice.seen, row),
            )  # fmt: skip
