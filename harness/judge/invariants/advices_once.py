"""Invariant 11: what is sent by itself (refund, offline sale) reaches the host exactly once."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from math import inf
from typing import ClassVar

from harness.judge._books import ADVICE, ADVISED, APPROVED, Books, alike, deal_of, entry_key
from harness.judge._deals import ADVICES
from harness.judge._doubt import EVERY_LINE
from harness.judge._host_words import NOT_OF_THE_ISSUER
from harness.judge._monitor import TERMINAL, Monitor, span
from harness.judge._run import Run
from harness.judge._telling import mti_of, stan_of
from harness.judge.invariants._at_rest import (
    LEDGER,
    AtRest,
    Breach,
    Finding,
    Held,
    Missing,
    plural,
)
from harness.judge.invariants._items import LAPSES, Items
from harness.model.trace import Observation

#: Acts that spoil nothing but the MAC, where there is one.
OF_MAC = frozenset({"corrupt", "bad_mac", "no_mac"})


@dataclass(frozen=True, slots=True)
class AdvicesOnce:
    """Each advice (0220) is repeated until its answer (0230), and is booked once.

    It goes out under one trace number with the same contents each time; after the terminal has
    heard a sound answer that is the host's last word it does not go out again, unless it restarted
    before it could keep it; where no answer was sound it does. What the journal holds of refunds
    and offline sales is in the ledger at rest (payment invariant 11).
    """

    NUMBERS: ClassVar[tuple[int, ...]] = (11,)
    DOES_WITHOUT: ClassVar[frozenset[str]] = EVERY_LINE

    def watch(self, run: Run) -> Monitor:
        return _AdvicesOnce(run)


class _AdvicesOnce(AtRest):
    kinds = frozenset({"answer_received", "violation", "boot", "misbehaved", "request_received"})

    def __init__(self, run: Run) -> None:
        super().__init__("advices_once", run, self._check_all, oracle=LEDGER)
        self._heard: dict[int, Observation] = {}
        self._lapses: defaultdict[int, list[Observation]] = defaultdict(list)  # no sound answer
        self._items = Items()
        self._violations: list[Observation] = []

    def on(self, seen: Observation) -> None:
        stan = stan_of(seen)
        self._items.on(seen)
        if seen.kind == "boot":  # what it had heard and not kept it may ask again (P6)
            self._heard.clear()
        elif seen.kind == "violation":
            if str(seen.get("rule")).startswith(("upload", "item", "advice")):
                self._violations.append(seen)
        elif stan is not None and mti_of(seen) in (ADVICE, ADVISED):
            self._exchange(stan, seen)

    def _exchange(self, stan: int, seen: Observation) -> None:
        if seen.kind == "misbehaved" and seen.get("act") in LAPSES:
            self._lapses[stan].append(seen)
        elif self._is_last_word(stan, seen):
            self._heard.setdefault(stan, seen)

    def _is_last_word(self, stan: int, seen: Observation) -> bool:
        if seen.kind != "answer_received" or seen.source != TERMINAL:
            return False
        sound = len(self.run.books.advices[stan]) > len(self._lapses[stan])
        return sound and str(seen.get("response")) not in NOT_OF_THE_ISSUER

    def _check_all(self, books: Books) -> Iterator[Finding]:
        for seen in self._violations:
            yield Breach(f"the host's books at {span(seen.t)}: {seen.get('text')}", (seen,))
        for heard, again in self._items.sent_again():
            yield Breach(
                f"item {stan_of(again)} of batch {again.get('batch')} was taken at {span(heard.t)}"
                f" and uploaded again at {span(again.t)}", (heard, again),
            )  # fmt: skip
        yield from self._sent(books)
        yield from self._given_up(books)
        missing = [said for said in (books.no_ledger(), books.no_journal()) if said]
        yield from map(Missing, missing)
        if not missing:
            yield from _booked(books)
        yield Held(f"{plural(len(books.advices), 'advice')}, each sent until it was answered")

    def _sent(self, books: Books) -> Iterator[Finding]:
        for stan, rows in books.advices.items():
            heard = self._heard.get(stan)
            forgot = [boot.n for boot in books.boots if heard is not None and boot.n > heard.n]
            until = forgot[0] if forgot else inf
            again = [row for row in rows if heard is not None and heard.n < row.n < until]
            if heard is not None and again:
                yield Breach(
                    f"advice {stan} was answered at {span(heard.t)} and sent again at"
                    f" {span(again[0].t)}", (heard, again[0]),
                )  # fmt: skip
            other = [row for row in rows if not alike(rows[0], row)]
            if other:
                yield Breach(
                    f"advice {stan} was sent with other contents at {span(other[0].t)}",
                    (rows[0], other[0]),
                )

    def _given_up(self, books: Books) -> Iterator[Finding]:
        """No answer was sound, something else went out after it, and it never did again."""
        newest = max((rows[-1].n for rows in books.requests.values()), default=0)
        for stan, rows in books.advices.items():
            sealed = any(row.get("mac_ok") is not None for row in rows)
            lapses = [
                row for row in self._lapses[stan] if row.get("act") not in OF_MAC or sealed
            ]  # fmt: skip
            if len(lapses) >= len(rows) and newest > rows[-1].n:
                yield Breach(
                    f"advice {stan} was sent {plural(len(rows), 'time')}, last at"
                    f" {span(rows[-1].t)}, and none of its answers could be believed"
                    f" ({lapses[-1]['act']})", (*lapses, *rows),
                )  # fmt: skip


def _booked(books: Books) -> Iterator[Finding]:
    entries = [row for row in books.ledger.rows or () if deal_of(row) in ADVICES]
    for key, times in Counter(map(entry_key, entries)).items():
        if times > 1:
            same = tuple(row for row in entries if entry_key(row) == key)
            yield Breach(f"advice {key[2]} stands {times} times in the ledger", same)
    last = {entry_key(row): row for row in books.journal.rows or ()}  # it may be refused later
    for row in last.values():
        stan = stan_of(row)
        owed = deal_of(row) in ADVICES and row.get("outcome") == APPROVED
        if not owed or stan is None or books.is_settled(row):
            continue
        if not books.ledger.by_stan.get(stan):
            said = "never sent" if not books.advices[stan] else "never booked"
            yield Breach(f"the {deal_of(row)} of trace number {stan} was {said}", (row,))
