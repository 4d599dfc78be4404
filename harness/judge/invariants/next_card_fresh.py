"""Invariant 24: each sale reads its card afresh; nothing is left over from the one before."""

from collections import defaultdict
from dataclasses import dataclass
from typing import ClassVar

from harness.judge._books import last4, moves_money
from harness.judge._doubt import CONSOLE, DISPLAY
from harness.judge._monitor import TERMINAL, Monitor, after, span
from harness.judge._run import Run
from harness.judge._sold import Sold
from harness.judge._telling import mti_of, stan_of
from harness.judge.invariants._safety import Safety
from harness.model.register import WITH_CARD
from harness.model.trace import Observation

#: Deals for which a chip makes a cryptogram of their own.
FRESH = frozenset({"sale", "preauth"})
PRESENTED = frozenset({"card_inserted", "card_swiped", "card_tapped"})
#: How field 22 begins -> how the card was presented (Q/CUP 006.6: contact, field, stripe).
WAYS = {"05": "card_inserted", "07": "card_tapped", "02": "card_swiped", "90": "card_swiped"}
SWIPED = "card_swiped"
ITEM = "0320"  # of a batch's upload
REFUND = "refund"  # the deal that is an advice
CODE = "code"  # what a log calls the entry of what was no card
#: s by which a log may tell of a reading after the host has the request (``engine/lag.py``).
LATE = 2.0
#: s by which a presenter that broke down over an insertion is known to have.
BREAKS = 10.0


@dataclass(frozen=True, slots=True)
class NextCardFresh:
    """A card is read when one is there, it is the one that is there, and it is what is charged.

    A number that the terminal remembers from the sale before charges the wrong cardholder (payment
    invariant 24). Known from the presenter, the terminal's log and the host's requests; a void and
    a completion use the original's card. Track 2 is of the card that is charged; a chip's
    cryptogram goes out for one sale only, also in the batch's upload, and is over that sale's
    amount and currency. A refund goes to the card that was read for it. Nor is the host told
    another way of entry (field 22) than the cardholder's, who may have shown a code: who bears a
    fraud goes by it.
    """

    NUMBERS: ClassVar[tuple[int, ...]] = (24,)
    DOES_WITHOUT: ClassVar[frozenset[str]] = frozenset({CONSOLE, DISPLAY})

    def watch(self, run: Run) -> Monitor:
        return _NextCardFresh("next_card_fresh", run)


@dataclass(frozen=True, slots=True)
class _First:
    """The first reading of a card: stale where it was the number read just before."""

    seen: Observation
    before: Observation | None
    stale: bool


class _NextCardFresh(Safety):
    kinds = PRESENTED | {
        "card_removed", "card_read", "code_read", "sale_started", "request_received",
    }  # fmt: skip
    CHANNELS = ("console",)

    def __init__(self, clause: str, run: Run) -> None:
        super().__init__(clause, run)
        self._card: Observation | None = None  # the last one presented
        self._inside = False
        self._unread = False
        self._ways: list[Observation] = []  # what was presented in this sale, or is in since before
        self._code: Observation | None = None  # a code that was read in this sale
        self._read: Observation | None = None
        self._firsts: dict[str, _First] = {}  # card -> its first reading
        self._of_sale = False  # whether a card was read since the sale began
        self._deal = ""
        self._unproven: Observation | None = None  # a request whose reading was not told yet
        self._owed: Observation | None = None  # a request of this sale, which has no reading yet
        self._overdue: Observation | None = None  # one of the sale before
        self._alone: tuple[Observation, Observation] | None = None  # read, and none was there
        self._count = 0
        self._cryptograms: dict[str, Observation] = {}  # mark -> whose request had it first
        self._refund = ""  # the one that runs, or ran last
        self._read_for: defaultdict[str, list[Observation]] = defaultdict(list)  # by refund

    def on(self, seen: Observation) -> None:
        self.at(seen.t)
        if seen.kind in PRESENTED:
            self._card, self._inside, self._unread = seen, seen.kind == "card_inserted", True
            self._ways.append(seen)
            self._unproven = None  # whose reading comes now cannot be told
        elif seen.kind == "card_removed":
            self._inside = False
        elif seen.kind == "sale_started":
            self._begin(seen)
        elif seen.kind == "code_read" or seen.get("entry") == CODE:
            self._take_code(seen)
        elif seen.kind == "card_read" and seen.source == TERMINAL:
            self._take(seen)
        elif seen.kind == "request_received" and moves_money(seen):
            self._compare(seen)
            self._enter(seen)
            self._charge(seen)
        elif seen.kind == "request_received" and mti_of(seen) == ITEM:
            self._upload(seen)

    def _begin(self, seen: Observation) -> None:
        self._overdue, self._owed = self._owed, None
        self._code = None
        self._refund = str(seen.get("sale")) if seen.get("what") == REFUND else ""
        self._of_sale, self._deal = False, str(seen.get("what") or "sale")
        self._ways = [self._card] if self._inside and self._card is not None else []
        if seen.get("card") in (None, "none"):
            self._deal = ""

    def _take_code(self, seen: Observation) -> None:
        """A payment code is no card, and is of this sale."""
        self._code = None if seen.get("fault") else seen
        if seen.kind == "card_read":
            self._read, self._of_sale = seen, True

    def _take(self, seen: Observation) -> None:
        overdue, self._overdue = self._overdue, None
        of_before = overdue is not None and not after(seen.t, overdue.t + LATE)
        self._count += 1
        if of_before and self._ways:  # told late, or of this sale's card: nobody can tell
            self._read, self._of_sale = None, True
            return
        if self._refund and not of_before:
            self._read_for[self._refund].append(seen)
        before, card = self._read, self._card
        if card is not None:
            stale = before is not None and before.get("pan") == seen.get("pan")
            first = self._firsts.setdefault(str(card.get("card")), _First(seen, before, stale))
            if first.seen.get("pan") != seen.get("pan") and (stale or first.stale):
                self._blame(card, seen, before if stale else None, first)
            elif not (self._inside or self._unread):
                self._alone = self._alone or (card, seen)
        late, self._unproven = self._unproven, None
        self._read, self._of_sale, self._unread = seen, not of_before, False
        if late is not None:
            self._same_card(late, seen)

    # --- a reading that is told late ------------------------------------------------------------

    def deadline(self) -> float | None:
        unproven, alone = self._unproven, self._alone
        dues = [unproven.t + LATE] if unproven else []
        dues += [alone[1].t + BREAKS] if alone else []
        return min(dues, default=None)

    def at(self, t: float) -> None:
        if self._unproven is not None and after(t, self._unproven.t + LATE):
            self._miss()
        if self._alone is not None and after(t, self._alone[1].t + BREAKS):
            self._accuse()

    def last_look(self) -> None:
        self._miss()
        self._accuse()
        for name, reads in self._read_for.items():
            self._give_back(self.run.books.sales[name], reads)

    def _give_back(self, refund: Sold, reads: list[Observation]) -> None:
        """An advice may go out at any time: it is known by the number that the register heard."""
        told, ended = refund.last, refund.ended
        if told is None or ended is None or reads[-1].t > ended.t:
            return
        cards = {last4(one) for one in reads}
        for seen in self.run.books.advices[_stan(told)]:
            same = seen.get("amount") == refund.started.get("amount")
            if same and last4(seen).isdecimal() and len(cards) == 1 and last4(seen) not in cards:
                self.fail(
                    f"{refund.name} goes to card ..{last4(seen)} (trace number {_stan(seen)}), and"
                    f" ..{last4(reads[-1])} was read for it", (reads[-1].n, seen.n),
                )  # fmt: skip

    def _accuse(self) -> None:
        """A card that the presenter said nothing of, and it is well."""
        alone, self._alone = self._alone, None
        if alone is not None:
            card, seen = alone
            self.fail(f"a card was read at {span(seen.t)}, and none was there", (card.n, seen.n))

    def _miss(self) -> None:
        """No reading was told: of a request that a sale sent."""
        sent, self._unproven = self._unproven, None
        if sent is not None:
            lines = [one.n for one in (self._read, sent) if one is not None]
            self.fail(
                f"trace number {_stan(sent)} was sent at {span(sent.t)}, and no card was read for"
                " it", lines,
            )  # fmt: skip

    # --- what is wrong --------------------------------------------------------------------------

    def _blame(
        self, card: Observation, seen: Observation, before: Observation | None, first: "_First"
    ) -> None:
        """One card had two numbers; one of them was that of the card before."""
        wrong, source = (seen, before) if before is not None else (first.seen, first.before)
        self.fail(
            f"at {span(wrong.t)} the number of the card before was read, and the"
            f" {card.get('card')} was there",
            (*([source.n] if source is not None else []), card.n, first.seen.n, seen.n),
        )

    def _compare(self, seen: Observation) -> None:
        """What a request says of its card, with itself and with the requests before it."""
        track, number, mark = seen.get("track"), seen.get("pan"), _mark(seen)
        if track and number and _seen_of(track) != _seen_of(number):
            self.fail(
                f"trace number {_stan(seen)} charges card {number}, and its track is {track}'s",
                (seen.n,),
            )
        if seen.get("unlike") and self._deal in FRESH:
            self.fail(
                f"trace number {_stan(seen)} was sent at {span(seen.t)}, and what was read of its"
                f" card tells another {seen.get('unlike')}", (seen.n,),
            )  # fmt: skip
        if mark and self._deal in FRESH:
            first = self._cryptograms.setdefault(mark, seen)
            if _stan(first) != _stan(seen):
                self.fail(
                    f"trace number {_stan(seen)} was sent at {span(seen.t)} with the cryptogram of"
                    f" trace number {_stan(first)}", (first.n, seen.n),
                )  # fmt: skip

    def _upload(self, seen: Observation) -> None:
        """An item under its sale's number has its own cryptogram or its chip's last one."""
        first, numbers = self._cryptograms.get(_mark(seen)), map(_stan, self._cryptograms.values())
        if first is not None and _stan(first) != _stan(seen) and _stan(seen) in numbers:
            self.fail(
                f"the item of trace number {_stan(seen)} was uploaded at {span(seen.t)} with the"
                f" cryptogram of trace number {_stan(first)}", (first.n, seen.n),
            )  # fmt: skip

    def _enter(self, seen: Observation) -> None:
        """What a request says of how its card was read."""
        told = WAYS.get(str(seen.get("mode") or "")[:2])
        by_card = self._of_sale and self._read is not None and self._read.get("entry") != CODE
        if told and self._code is not None and not (self._ways or by_card):
            self.fail(
                f"trace number {_stan(seen)} was sent at {span(seen.t)} as entered by"
                f" {seen.get('mode')} (field 22), and a code was read at {span(self._code.t)}",
                (self._code.n, seen.n),
            )
        if told is None or self._deal not in WITH_CARD or not self._ways:
            return
        read = self._read if self._of_sale else None
        stripe = read is not None and read.get("entry") == "stripe"  # after a chip that failed
        if told not in {one.kind for one in self._ways} or (stripe and told != SWIPED):
            way = self._ways[-1]
            self.fail(
                f"trace number {_stan(seen)} was sent at {span(seen.t)} as entered by"
                f" {seen.get('mode')} (field 22), and the {way.get('card')} was"
                f" {way.kind.removeprefix('card_')} at {span(way.t)}", (way.n, seen.n),
            )  # fmt: skip

    def _charge(self, seen: Observation) -> None:
        read = self._read
        if self._deal not in WITH_CARD or self.run.books.reversals[_stan(seen)]:
            return
        first = len(self.run.books.requests[_stan(seen)]) == 1
        self._owed = seen if first and not self._of_sale else self._owed
        if read is None:
            return
        if first and not self._of_sale and self._cryptograms.get(_mark(seen)) is seen:
            self._count += 1  # the chip has made it, of whose reading the log lost the line
        elif first and not self._of_sale:
            self._unproven = seen
        else:
            self._same_card(seen, read)

    def _same_card(self, seen: Observation, read: Observation) -> None:
        """The request is of the card that was read for it."""
        if last4(seen).isdecimal() and last4(seen) != last4(read):
            self.fail(
                f"trace number {_stan(seen)} charges card ..{last4(seen)}, and ..{last4(read)} was"
                " read", (read.n, seen.n),
            )  # fmt: skip

    def held(self) -> str:
        return f"{self._count} cards read, each the one that was there"


def _seen_of(number: object) -> tuple[str, str]:
    """First six and last four digits, however the rest was hidden."""
    digits = "".join(filter(str.isdecimal, str(number)))
    return digits[:6], digits[-4:]


def _mark(seen: Observation) -> str:
    return str(seen.get("cryptogram") or "")


def _stan(seen: Observation) -> int:
    return stan_of(seen) or 0
