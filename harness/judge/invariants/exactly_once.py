"""Invariant 1: what is called approved is booked exactly once, and nothing else is booked."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from harness.judge._books import APPROVED, Books, deal_of, entry_key
from harness.judge._deals import CREDIT, DEBIT, MOVES, NOTHING, SAID
from harness.judge._doubt import EVERY_LINE
from harness.judge._monitor import Monitor, either
from harness.judge._run import Run
from harness.judge._sold import UNKNOWN
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
from harness.judge.invariants._voices import JOURNAL, Voice, voices
from harness.model.trace import Observation

Booked = dict[int, list[Observation]]


@dataclass(frozen=True, slots=True)
class ExactlyOnce:
    """Every deal shown, printed or returned as approved has exactly one standing ledger entry.

    Compared are the deal, terminal, batch, trace number, amount and the card's last four digits, as
    far as both sides tell them. The other way round, every standing entry was called approved by
    somebody, and nothing is charged or given back more often than it was asked for, or less often
    than the register was told (payment invariant 1). A voided sale was charged and is given back; a
    reservation is no charge; a balance inquiry stands in nobody's books.
    """

    NUMBERS: ClassVar[tuple[int, ...]] = (1,)
    DOES_WITHOUT: ClassVar[frozenset[str]] = EVERY_LINE

    def watch(self, run: Run) -> Monitor:
        return AtRest("exactly_once", run, check, oracle=LEDGER)


def check(books: Books) -> Iterator[Finding]:
    """What the books show of it."""
    missing = books.no_ledger()
    if missing:
        yield Missing(missing)
        return
    said = voices(books)
    booked: defaultdict[int, list[Observation]] = defaultdict(list)
    for row in books.booked():
        booked[stan_of(row) or 0].append(row)
    yield from _approved_is_booked(books, said, booked)
    yield from _booked_is_approved(books, said, booked)
    yield from _no_more_than_asked(books)
    yield from _no_less_than_told(books)
    yield from _taken_back_once(books)
    approved = sum(any(voice.approved for voice in rows) for rows in said.values())
    deals = {books.deal_of(stan) for stan in said} - DEBIT
    what = "approved transaction" if deals else "approved sale"
    yield Held(f"{plural(approved, what)}, {plural(len(books.charges()), 'charge')}")


def _approved_is_booked(
    books: Books, said: dict[int, list[Voice]], booked: Booked
) -> Iterator[Finding]:
    for stan, rows in said.items():
        approving = [voice for voice in rows if voice.approved]
        if approving and books.deal_of(stan) in NOTHING:
            yield from _kept_of_nothing(books, stan, approving)
            continue
        if not approving:
            continue
        fitting = [
            row for row in booked.get(stan, ()) if all(voice.fits(row) for voice in approving)
        ]
        if len(fitting) != 1 and not _is_of_before(books, approving):
            amount = books.money(approving[0].facts.get("amount"))
            where = either(dict.fromkeys(voice.channel for voice in approving))
            what = "charge" if books.deal_of(stan) in DEBIT else books.deal_of(stan)
            stands = f"no {what} stands" if not fitting else f"{len(fitting)} {what}s stand"
            lines = (*(voice.seen for voice in approving), *booked.get(stan, ()))
            yield Breach(
                f"trace number {stan} ({amount}) is approved by the {where}, but {stands} for it"
                " at the host", lines,
            )  # fmt: skip


def _kept_of_nothing(books: Books, stan: int, approving: list[Voice]) -> Iterator[Finding]:
    """An inquiry may be on record as what it is, or with no amount, and not as money moved."""
    if books.requests[stan] or books.advices[stan]:
        return  # of another deal, of another day
    for voice in approving:
        kept = voice.channel == JOURNAL and deal_of(voice.facts) in MOVES
        if (
            kept
            and voice.facts.get("amount")
            and entry_key(voice.facts) not in books.journal.before
        ):
            amount = books.money(voice.facts.get("amount"))
            yield Breach(
                f"trace number {stan} was a balance inquiry, and the journal has it as a"
                f" {deal_of(voice.facts)} of {amount}", (voice.seen,),
            )  # fmt: skip


def _is_of_before(books: Books, approving: list[Voice]) -> bool:
    """A record of an earlier day: ledger or journal held it before this run began.

    The journal alone may say so then: its host may have other books by now.
    """
    if any(key[2] == stan_of(voice.seen) for voice in approving for key in books.ledger.before):
        return True
    return all(
        voice.channel == JOURNAL and entry_key(voice.seen) in books.journal.before
        for voice in approving
    )


def _booked_is_approved(
    books: Books, said: dict[int, list[Voice]], booked: Booked
) -> Iterator[Finding]:
    no_journal = books.no_journal()
    for stan, rows in booked.items():
        if not stan:
            yield Missing("a charge without a trace number cannot be told from any other")
            continue
        spoken = said.get(stan, [])
        if any(voice.approved for voice in spoken):
            continue
        amount = books.money(rows[0].get("amount"))
        if no_journal and not spoken:
            yield Missing(f"who approved trace number {stan} cannot be known: {no_journal}")
        else:
            told = ", ".join(f"{voice.outcome} by the {voice.channel}" for voice in spoken)
            yield Breach(
                f"trace number {stan} ({amount}) is {SAID.get(deal_of(rows[0]), 'booked')} at the"
                " host, but "
                + (f"was called {told}" if told else "nobody was told that it was approved"),
                (*rows, *(voice.seen for voice in spoken)),
            )


def _no_more_than_asked(books: Books) -> Iterator[Finding]:
    if not books.sales or books.by_hand:
        return  # somebody else sold, unseen
    for deals, verb in ((DEBIT, "sold"), (CREDIT, "asked to be given back")):
        asked = Counter(
            sale.started.get("amount") for sale in books.sales.values()
            if sale.deal in deals and sale.outcome in (APPROVED, UNKNOWN)
        )  # fmt: skip
        rows = [row for row in books.booked() if deal_of(row) in deals]
        for amount, times in Counter(row.get("amount") for row in rows).items():
            wanted = asked[amount] + asked[None]  # None: the original's amount, whatever it is
            if times > wanted:
                yield Breach(
                    f"{books.money(amount)} was {verb} {plural(wanted, 'time')} and is"
                    f" {SAID[next(iter(deals))]} {plural(times, 'time')}",
                    tuple(row for row in rows if row.get("amount") == amount),
                )


def _no_less_than_told(books: Books) -> Iterator[Finding]:
    """Each sale that the register was told is approved has a charge of its own.

    What is booked with an amount that nobody asked for, a tip with it, may be any of them.
    """
    sales = [sale for sale in books.sales.values() if sale.deal in DEBIT]
    asked = {sale.started.get("amount") for sale in sales}
    if None in asked:
        return
    told = Counter(sale.started.get("amount") for sale in sales if sale.outcome == APPROVED)
    rows = [row for row in books.booked() if deal_of(row) in DEBIT]
    charged = Counter(row.get("amount") for row in rows)
    others = sum(times for amount, times in charged.items() if amount not in asked)
    for amount, times in told.items():
        if times > charged[amount] + others:
            yield Breach(
                f"the register was told {plural(times, 'time')} that {books.money(amount)} is"
                f" approved, and it is charged {plural(charged[amount], 'time')}",
                tuple(
                    sale.last for sale in sales
                    if sale.last is not None and sale.started.get("amount") == amount
                ),
            )  # fmt: skip


def _taken_back_once(books: Books) -> Iterator[Finding]:
    """Where the ledger tells what was voided: as much of that amount as there are voids of it."""
    rows = books.ledger.rows or ()
    if not any("voided" in row.fields for row in rows):
        return
    voids = [row for row in books.booked() if deal_of(row) == "void"]
    voided = Counter(
        row.get("amount") for row in rows if row.get("voided") and deal_of(row) in DEBIT
    )
    for amount, times in Counter(row.get("amount") for row in voids).items():
        if times > voided[amount]:
            yield Breach(
                f"{books.money(amount)} was taken back {plural(times, 'time')}, and"
                f" {plural(voided[amount], 'charge')} of it were there to take back",
                tuple(row for row in voids if row.get("amount") == amount),
            )
