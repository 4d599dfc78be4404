"""Invariant 1: what is called approved is charged exactly once, and nothing else is charged."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from harness.judge._books import APPROVED, UNKNOWN, Books
from harness.judge._monitor import Monitor, either
from harness.judge._run import Run
from harness.judge._telling import stan_of
from harness.judge.invariants._at_rest import AtRest, Breach, Finding, Held, Missing, plural
from harness.judge.invariants._voices import Voice, voices
from harness.model.trace import Observation


@dataclass(frozen=True, slots=True)
class ExactlyOnce:
    """Every sale shown, printed or returned as approved has exactly one standing charge.

    Compared are terminal, batch, trace number, amount and the card's last four digits, as far as
    both sides tell them. The other way round, every standing charge was called approved by
    somebody, and no amount is charged more often than it was sold (payment invariant 1).
    """

    def watch(self, run: Run) -> Monitor:
        return AtRest("exactly_once", run, check)


def check(books: Books) -> Iterator[Finding]:
    """What the books show of it."""
    missing = books.no_ledger()
    if missing:
        yield Missing(missing)
        return
    said = voices(books)
    charges: defaultdict[int, list[Observation]] = defaultdict(list)
    for row in books.charges():
        charges[stan_of(row) or 0].append(row)
    yield from _approved_is_charged(books, said, charges)
    yield from _charged_is_approved(books, said, charges)
    yield from _no_more_than_sold(books, [row for rows in charges.values() for row in rows])
    approved = sum(any(voice.approved for voice in rows) for rows in said.values())
    yield Held(f"{plural(approved, 'approved sale')}, {plural(len(books.charges()), 'charge')}")


def _approved_is_charged(
    books: Books, said: dict[int, list[Voice]], charges: dict[int, list[Observation]]
) -> Iterator[Finding]:
    for stan, rows in said.items():
        approving = [voice for voice in rows if voice.approved]
        fitting = [
            row for row in charges.get(stan, ()) if all(voice.fits(row) for voice in approving)
        ]
        settled_before = any(_is_of_before(books, voice) for voice in approving)
        if approving and len(fitting) != 1 and not settled_before:
            amount = books.money(approving[0].facts.get("amount"))
            where = either(dict.fromkeys(voice.channel for voice in approving))
            stands = "no charge stands" if not fitting else f"{len(fitting)} charges stand"
            lines = (*(voice.seen for voice in approving), *charges.get(stan, ()))
            yield Breach(
                f"trace number {stan} ({amount}) is approved by the {where}, but {stands} for it"
                " at the host", lines,
            )  # fmt: skip


def _is_of_before(books: Books, voice: Voice) -> bool:
    """A record of an earlier day: the ledger held its charge before this run began."""
    return any(key[2] == stan_of(voice.seen) for key in books.ledger.before)


def _charged_is_approved(
    books: Books, said: dict[int, list[Voice]], charges: dict[int, list[Observation]]
) -> Iterator[Finding]:
    no_journal = books.no_journal()
    for stan, rows in charges.items():
        spoken = said.get(stan, [])
        if any(voice.approved for voice in spoken):
            continue
        amount = books.money(rows[0].get("amount"))
        if no_journal and not spoken:
            yield Missing(f"who approved trace number {stan} cannot be known: {no_journal}")
        else:
            told = ", ".join(f"{voice.outcome} by the {voice.channel}" for voice in spoken)
            yield Breach(
                f"trace number {stan} ({amount}) is charged at the host, but "
                + (f"was called {told}" if told else "nobody was told that it was approved"),
                (*rows, *(voice.seen for voice in spoken)),
            )


def _no_more_than_sold(books: Books, charges: list[Observation]) -> Iterator[Finding]:
    if not books.sales:
        return  # somebody else sold, unseen
    sold = Counter(
        sale.started.get("amount") for sale in books.sales.values()
        if sale.outcome in (APPROVED, UNKNOWN)
    )  # fmt: skip
    charged = Counter(row.get("amount") for row in charges)
    for amount, times in charged.items():
        if times > sold[amount]:
            lines = tuple(row for row in charges if row.get("amount") == amount)
            yield Breach(
                f"{books.money(amount)} was sold {plural(sold[amount], 'time')} and is charged"
                f" {plural(times, 'time')}", lines,
            )  # fmt: skip
