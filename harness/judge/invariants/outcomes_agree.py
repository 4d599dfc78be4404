"""Invariant 14: register, receipt, terminal and journal say the same of a sale."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from harness.judge._books import APPROVED, Books, last4
from harness.judge._deals import MOVES, NOTHING, PLAIN
from harness.judge._doubt import EVERY_LINE
from harness.judge._monitor import Monitor, either
from harness.judge._run import Run
from harness.judge._sold import UNKNOWN, Sold
from harness.judge._telling import stan_of
from harness.judge.invariants._at_rest import AtRest, Breach, Finding, Held, Missing, plural
from harness.judge.invariants._voices import JOURNAL, TERMINAL, Voice, sale_stan, voices
from harness.model.trace import Observation
from harness.model.units import Money

#: A card number as it may be told: first six and last four digits.
_CARD = re.compile(r"[0-9]{6}[^0-9]+[0-9]{4}")
#: A line of a receipt with an authorisation code, and what may be one (field 38: an6).
_CODED, _CODE = re.compile("AUTH|APPROVAL|GENEHMIG|授权", re.IGNORECASE), re.compile(r"\w{6}")


@dataclass(frozen=True, slots=True)
class OutcomesAgree:
    """No channel calls a sale approved that another calls not approved.

    Disagreement is allowed only as ``unknown``, until a resync. A sale called approved must be in
    the journal as well, unless its batch was settled (payment invariant 14). The amount that the
    register is told is the one that stands, in the currency that it asked for; a balance that it is
    told is the host's. So is the card; and an authorisation code that the host gave to another sale
    is none of this one's, nor of its receipt, where the register printed it.
    """

    NUMBERS: ClassVar[tuple[int, ...]] = (14,)
    DOES_WITHOUT: ClassVar[frozenset[str]] = EVERY_LINE

    def watch(self, run: Run) -> Monitor:
        return AtRest("outcomes_agree", run, check)


def check(books: Books) -> Iterator[Finding]:
    """What the books show of it."""
    said = voices(books)
    no_journal = books.no_journal()
    for stan, rows in said.items():
        # a damaged or foreign line without an outcome says nothing
        rows = [voice for voice in rows if voice.outcome not in (UNKNOWN, "None")]
        yes = [voice for voice in rows if voice.approved]
        no = [voice for voice in rows if not voice.approved]
        if yes and no:
            told = ", ".join(f"{voice.outcome} by the {voice.channel}" for voice in (*yes, *no))
            yield Breach(
                f"trace number {stan} was called {told}", tuple(voice.seen for voice in rows)
            )
        elif yes and not no_journal and not _recorded(books, stan, yes):
            yield Breach(
                f"trace number {stan} was called approved by the {yes[0].channel}, and the journal"
                " has no record of it", tuple(voice.seen for voice in yes),
            )  # fmt: skip
    yield from _shown(books)
    yield from _told(books)
    yield from _printed(books)
    yield from _balances(books)
    if no_journal:
        yield Missing(no_journal)
    yield Held(f"{plural(len(said), 'transaction')}, every channel agrees")


def _shown(books: Books) -> Iterator[Finding]:
    """The cardholder goes by the display."""
    for sale in books.sales.values():
        approving = [seen for seen in sale.shown if seen.get("outcome") == APPROVED]
        if approving and sale.last is not None and sale.outcome not in (APPROVED, UNKNOWN):
            yield Breach(
                f"{sale.name} was called approved by the display, {sale.outcome} by the register",
                (approving[-1], sale.last),
            )


def _told(books: Books) -> Iterator[Finding]:
    """The register goes by its answer: what it names is what stands, or what was asked for."""
    for sale in books.sales.values():
        last = sale.last  # what it hears when it asks afterwards counts like an answer
        if last is None:
            continue
        yield from _currency(sale, last)
        yield from _of_another(books, sale, last)
        told, stan = last.get("told"), sale_stan(sale)
        if told is None or stan is None or sale.outcome != APPROVED or sale.deal not in MOVES:
            continue
        stands = [
            row
            for row in (*books.ledger.by_stan.get(stan, ()), *books.journal.by_stan.get(stan, ()))
            if row.get("amount") is not None
        ] or [sale.started]
        amounts = {row.get("amount") for row in stands} - {None}
        if amounts and told not in amounts:
            yield Breach(
                f"the register was told that {sale.name} is of {books.money(told)}; "
                + either(books.money(amount) for amount in sorted(amounts))
                + (" was asked for" if stands == [sale.started] else " stands in the books"),
                (sale.started, last, *stands),
            )


def _of_another(books: Books, sale: Sold, ended: Observation) -> Iterator[Finding]:
    """What the register is told of the card and of the host's word is this sale's own."""
    stan = sale_stan(sale)
    if stan is None or sale.outcome != APPROVED or sale.deal not in MOVES:
        return
    rows = (*books.ledger.by_stan.get(stan, ()), *books.journal.by_stan.get(stan, ()))
    cards = {last4(row) for row in rows if last4(row).isdecimal()}
    told = str(ended.get("pan") or "")
    if _CARD.fullmatch(told) and cards and told[-4:] not in cards:
        yield Breach(
            f"the register was told that {sale.name} is of a card that ends in {told[-4:]};"
            f" {either(sorted(cards))} stands in the books", (ended, *rows),
        )  # fmt: skip
    auth = ended.get("auth")
    given = [row for rows in books.answers.values() for row in rows if row.get("auth") == auth]
    if auth and sale.deal == PLAIN and given and stan not in map(stan_of, given):
        yield Breach(
            f"the register was told authorisation code {auth} of {sale.name}; the host gave it to"
            f" trace number {stan_of(given[-1])}", (given[-1], ended),
        )  # fmt: skip


def _printed(books: Books) -> Iterator[Finding]:
    """A receipt that can be read has no code but its own; a void's may be its original's."""
    given = {
        str(row["auth"]): row
        for rows in books.answers.values() for row in rows if row.get("auth")
    }  # fmt: skip
    for stan, rows in books.receipts.items():
        own = {str(row["auth"]) for row in books.answers[stan] if row.get("auth")}
        for row in rows if own and books.deal_of(stan) == PLAIN else ():
            lines = filter(_CODED.search, str(row.get("text") or "").splitlines())
            read = set(_CODE.findall(" ".join(lines)))
            for code in sorted(read & set(given)) if not read & own else ():
                yield Breach(
                    f"the receipt of trace number {stan} has authorisation code {code}; the host"
                    f" gave it to trace number {stan_of(given[code])}", (given[code], row),
                )  # fmt: skip


def _balances(books: Books) -> Iterator[Finding]:
    """What an inquiry came to is what the host said; 0 tells nothing, and no amount has a sign."""
    for sale in books.sales.values():
        ended, told = sale.ended, sale.ended.get("told") if sale.ended is not None else None
        if ended is None or not told or sale.deal not in NOTHING or sale.outcome != APPROVED:
            continue
        answers = books.answers[sale_stan(sale) or 0]
        said = [row for row in answers if row.get("balance") is not None]
        if said and all(told != abs(row["balance"]) for row in said):
            yield Breach(
                f"the register was told that {sale.name} came to {books.money(told)}, and the host"
                f" had said {books.money(said[-1]['balance'])}", (said[-1], ended),
            )  # fmt: skip


def _currency(sale: Sold, ended: Observation) -> Iterator[Finding]:
    asked, told = str(sale.started.get("currency")), ended.get("currency")
    if told is not None and Money.CURRENCIES.get(asked, (told,))[0] != told:
        yield Breach(
            f"{sale.name} was asked for in {asked}, and the register was told currency {told}",
            (sale.started, ended),
        )


def _recorded(books: Books, stan: int, yes: list[Voice]) -> bool:
    if books.deal_of(stan) not in MOVES:
        return True
    outside = [voice for voice in yes if voice.channel not in (JOURNAL, TERMINAL)]
    recorded = any(voice.channel == JOURNAL for voice in yes)
    return recorded or not outside or books.is_settled(yes[0].seen)
