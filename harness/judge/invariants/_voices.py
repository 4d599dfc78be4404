"""Who called a transaction approved, by channel: each channel's last word on each trace number.

An advice may be approved before the host has answered. Where it refuses it then, for good, what was
said before the terminal heard of that was right when it was said: the journal's word holds, or that
it does not have it any more.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from harness.judge._books import ADVISED, APPROVING, STANDING, Books, alike, deal_of
from harness.judge._deals import fits
from harness.judge._host_words import NOT_OF_THE_ISSUER
from harness.judge._sold import UNKNOWN, Sold
from harness.judge._telling import mti_of, newest, stan_of
from harness.model.trace import Observation

#: Invariants 1 and 14 name them E, R, D and J.
REGISTER, RECEIPT, TERMINAL, JOURNAL = "register", "receipt", "terminal", "journal"


@dataclass(frozen=True, slots=True)
class Voice:
    """One channel's last word on one transaction.

    Attributes:
        channel: See the constants.
        outcome: As that channel calls it.
        seen: The line.
        facts: The line that tells amount and card (the register's own is the sale's start).
    """

    channel: str
    outcome: str
    seen: Observation
    facts: Observation

    @property
    def approved(self) -> bool:
        return self.outcome in STANDING

    def fits(self, entry: Observation) -> bool:
        """Whether it can be this ledger entry; a register's line tells the amount, not the card."""
        if self.channel in (REGISTER, JOURNAL) and not fits(deal_of(self.facts), deal_of(entry)):
            return False
        if self.channel == REGISTER:
            return self.facts.get("amount") in (None, entry.get("amount"))
        return alike(self.facts, entry)


def voices(books: Books) -> dict[int, list[Voice]]:
    """Trace number -> the last word of every channel that spoke of it."""
    found: defaultdict[int, list[Voice]] = defaultdict(list)
    for stan, rows in books.decided.items():
        last = rows[-1]
        facts = next((row for row in reversed(rows) if "amount" in row.fields), last)
        found[stan].append(Voice(TERMINAL, last.kind, last, facts))
    for stan, rows in books.receipts.items():
        if rows:
            last = rows[-1]
            begun = (row for row in reversed(books.begun[stan]) if row.n < last.n)
            said = next(begun, last)  # printing takes its time
            found[stan].append(Voice(RECEIPT, str(last.get("outcome")), said, last))
    for stan, voice in _register(books):
        found[stan].append(voice)
    for stan, last in _last_records(books).items():
        found[stan].append(Voice(JOURNAL, str(last.get("outcome")), last, last))
    blind = bool(books.no_journal())
    return {
        stan: _that_hold(rows, _refused(books, stan), blind=blind) for stan, rows in found.items()
    }


def _refused(books: Books, stan: int) -> Observation | None:
    """The answer by which the host has refused an advice for good, heard where that is told."""
    taken = APPROVING | NOT_OF_THE_ISSUER
    rows = (row for row in books.advised[stan] if str(row.get("response")) not in taken)
    said = next(rows, None)
    if said is None:
        return None
    heard = (row for row in books.heard[stan] if row.n > said.n and mti_of(row) == ADVISED)
    return next(heard, said)


def _that_hold(rows: list[Voice], refused: Observation | None, *, blind: bool) -> list[Voice]:
    """Without what was said before a refusal that the journal knows, or that nobody can look up."""
    known = blind or not any(voice.channel == JOURNAL and voice.approved for voice in rows)
    if refused is None or not known:
        return rows
    return [voice for voice in rows if not voice.approved or voice.seen.n > refused.n]


def _register(books: Books) -> Iterator[tuple[int, Voice]]:
    for sale in books.sales.values():
        last = sale.last
        stan = sale_stan(sale)
        if last is not None and stan is not None and sale.outcome != UNKNOWN:
            yield stan, Voice(REGISTER, sale.outcome, last, sale.started)


def sale_stan(sale: Sold) -> int | None:
    """The trace number the register's answer is about: told, or else the sale's last."""
    for told in (sale.resolved, sale.ended):
        stan = stan_of(told) if told is not None else None
        if stan is not None and stan in sale.stans:
            return stan
    return newest(sale.stans)


def _last_records(books: Books) -> dict[int, Observation]:
    if books.no_journal():
        return {}
    rows: dict[int, Observation] = {}
    for row in books.journal.rows or ():
        stan = stan_of(row)
        if stan is not None and not row.get("damaged"):
            rows[stan] = row
    return rows
