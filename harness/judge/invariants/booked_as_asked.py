"""Invariant 1, before the books: host and cardholder are asked for what the register asked for."""

from collections import defaultdict
from dataclasses import dataclass
from typing import ClassVar

from harness.judge._books import ADVICE, INQUIRY, last4, moves_money
from harness.judge._deals import CREDIT, PLAIN
from harness.judge._doubt import EVERY_LINE
from harness.judge._figures import akin, amounts_in, is_cut
from harness.judge._monitor import Monitor, either, span
from harness.judge._run import Run
from harness.judge._sold import SHOWN_LATE, Sold
from harness.judge._telling import mti_of, stan_of
from harness.judge.invariants._safety import Safety
from harness.model.trace import Observation
from harness.model.units import Money

CENTS = 100  # minor units in a major one
#: Deals by which the cardholder pays, or may have to.
PAYING = frozenset({PLAIN, "completion", "preauth"})
#: Deals by which he gets back, or gets free.
GETTING = CREDIT | {"preauth_void"}
#: Field 3, positions 1 and 2 (ISO 8583:1987, 4.3.3): 00 goods and services, 20 to 29 credits. Other
#: figures below 20 are adjustments as well: some hosts take a void as 02.
PURCHASE, BACK = "00", "2"
FINANCIAL, RESERVING = "0200", "preauth"
CLOSING = frozenset({"0500", "0320"})


@dataclass(frozen=True, slots=True)
class BookedAsAsked:
    """No refund or void leaves as a purchase, no sale as a credit, no reservation as a charge.

    Also where the host declines it, and so nothing wrong stands in its books (payment invariant 1;
    field 3); with no digit of its amount lost (field 4), and in no other currency (field 49), also
    at the end of day, when it is uploaded as what it was. A void takes back the sale that was
    meant, and no other one (field 61), as long as no settlement has let the numbers of receipts
    begin anew; what refers to another deal is of that one's card. Nor does the display ask the
    cardholder for the amount of another deal, or for this one with a digit lost. Only
    contradictions count: hosts differ in what else they call a deal.
    """

    NUMBERS: ClassVar[tuple[int, ...]] = (1,)
    DOES_WITHOUT: ClassVar[frozenset[str]] = EVERY_LINE

    def watch(self, run: Run) -> Monitor:
        return _BookedAsAsked("booked_as_asked", run)


class _BookedAsAsked(Safety):
    kinds = frozenset({"request_received", "settled", "prompt"})

    def __init__(self, clause: str, run: Run) -> None:
        super().__init__(clause, run)
        self._count = 0
        self._settled = 0  # the line of the last settlement
        self._prompts: defaultdict[str, list[Observation]] = defaultdict(list)  # by transaction

    def on(self, seen: Observation) -> None:
        if seen.kind == "prompt":
            self._ask(seen)
            return
        if seen.kind == "settled":
            self._settled = seen.n
            return
        if mti_of(seen) in CLOSING:
            self._close(seen)
            return
        sale = self.run.books.sales.get(str(seen.get("of")))
        if sale is None or not (moves_money(seen) or mti_of(seen) == ADVICE):
            return
        wrong = contradiction(sale.deal, seen)
        if wrong and is_of(sale, seen):
            self.fail(
                f"{sale.name}, a {sale.deal}, was asked of the host as a {wrong} at {span(seen.t)}"
                f" (trace number {stan_of(seen)}, field 3 {seen.get('processing')})",
                (sale.started.n, seen.n),
            )
        told = seen.get("currency")
        wanted = currency_of(sale)
        if None not in (told, wanted) and told != wanted and is_of(sale, seen):
            self.fail(
                f"{sale.name} was asked for in {sale.started.get('currency')}, and is asked of the"
                f" host in currency {told} at {span(seen.t)} (trace number {stan_of(seen)},"
                " field 49)", (sale.started.n, seen.n),
            )  # fmt: skip
        self._amount(sale, seen)
        meant = self._meant(sale)
        named = named_stan(seen) if mti_of(seen) == FINANCIAL else 0
        if meant is not None and named and named not in meant.stans:
            self.fail(
                f"{sale.name} was to take back {meant.name} (trace number"
                f" {either(map(str, sorted(meant.stans)))}), and at {span(seen.t)} the host was"
                f" asked to take back {named}", (meant.started.n, sale.started.n, seen.n),
            )  # fmt: skip
        self._card(sale, seen)
        self._count += 1

    def _amount(self, sale: Sold, seen: Observation) -> None:
        """Field 4 may be more, by a tip; it has all figures of what was asked for."""
        asked, told = sale.started.get("amount"), seen.get("amount")
        others = {one.started.get("amount") for one in self.run.books.sales.values()}
        if mti_of(seen) != ADVICE and told not in others and is_cut(told, asked):
            money = self.run.books.money
            self.fail(
                f"{sale.name} is of {money(asked)}, and the host was asked for {money(told)} at"
                f" {span(seen.t)} (trace number {stan_of(seen)}, field 4)",
                (sale.started.n, seen.n),
            )

    def _close(self, seen: Observation) -> None:
        """A batch is settled and uploaded in the currency of its deals, where all have one."""
        known = map(currency_of, self.run.books.sales.values())
        asked = sorted({one for one in known if one is not None})
        told = seen.get("currency")
        if told is not None and asked and told not in asked:
            self.fail(
                f"batch {seen.get('batch')} was closed in currency {told} at {span(seen.t)}"
                f" ({mti_of(seen)}, field 49), and its deals are in {either(asked)}", (seen.n,),
            )  # fmt: skip
        sale = self.run.books.whose.get(stan_of(seen) or 0)
        if sale is None or not seen.get("amount") or not is_of(sale, seen):
            return  # a list has a number of its own, and no amount
        wrong = contradiction(sale.deal, seen)
        if wrong:
            self.fail(
                f"{sale.name}, a {sale.deal}, was uploaded as a {wrong} at {span(seen.t)} (trace"
                f" number {stan_of(seen)}, field 3 {seen.get('processing')})",
                (sale.started.n, seen.n),
            )

    def _card(self, sale: Sold, seen: Observation) -> None:
        """Nobody presents a card for what refers to another: it is that one's card."""
        meant = self.run.books.sales.get(str(sale.started.get("original")))
        if meant is None or seen.get("processing") is None or mti_of(seen) == ADVICE:
            return
        first = [
            row for stan in sorted(meant.stans) for row in self.run.books.requests[stan]
            if last4(row).isdecimal()
        ]  # fmt: skip
        if first and last4(seen).isdecimal() and last4(seen) not in map(last4, first):
            self.fail(
                f"{sale.name} is about {meant.name}, of card ..{last4(first[-1])}, and at"
                f" {span(seen.t)} the host was asked for card ..{last4(seen)} (trace number"
                f" {stan_of(seen)})", (first[-1].n, seen.n),
            )  # fmt: skip

    def _ask(self, seen: Observation) -> None:
        """A prompt that tells an amount is of what runs, or ended just now: displays are behind."""
        if _figures(seen):
            for sale in self.run.books.sales.values():
                if sale.ended is None or seen.t - sale.ended.t <= SHOWN_LATE:
                    self._prompts[sale.name].append(seen)

    def last_look(self) -> None:
        for name, prompts in self._prompts.items():
            started = self.run.books.sales[name].started
            asked = started.get("amount")
            figures = {one: row for row in prompts for one in _figures(row)}
            wrong = [one for one, row in figures.items() if self._is_wrong(one, asked, row)]
            if asked and wrong and asked not in figures:
                self.fail(
                    f"{name} is of {self.run.books.money(asked)}, and the display asked the"
                    f" cardholder for {either(map(self.run.books.money, wrong))}",
                    (started.n, *(figures[one].n for one in wrong)),
                )

    def _is_wrong(self, told: int, asked: int | None, row: Observation) -> bool:
        """With a digit or its cents lost, or of another one that has had its own prompt."""
        whole = 0 < told == (asked or 0) // CENTS * CENTS
        others = [
            name for name, sale in self.run.books.sales.items()
            if sale.started.get("amount") == told
        ]  # fmt: skip
        own = (
            one for name in others for one in self._prompts.get(name, ()) if told in _figures(one)
        )
        late = next(own, None) is row
        return not late and (bool(others) or whole or akin(told, asked or 0))

    def _meant(self, sale: Sold) -> Sold | None:
        """The sale that a void is to take back, where its numbers are known and still hold."""
        meant = self.run.books.sales.get(str(sale.started.get("original")))
        if sale.deal != "void" or meant is None or meant.deal != PLAIN or not meant.stans:
            return None
        return meant if self._settled < meant.started.n else None

    def held(self) -> str:
        return f"{self._count} requests, each for what was asked"


def _figures(prompt: Observation) -> list[int]:
    return amounts_in(str(prompt.get("text")))


def contradiction(deal: str, seen: Observation) -> str:
    """What the request asks for instead of the deal, or ``""``."""
    processing = str(seen.get("processing") or "")
    if deal in GETTING and processing.startswith(PURCHASE):
        return "purchase"
    if deal in PAYING and processing.startswith(BACK):
        return "credit"
    charges = mti_of(seen) == FINANCIAL and not processing.startswith(INQUIRY)
    return "charge" if deal == RESERVING and charges else ""


def named_stan(seen: Observation) -> int:
    """The trace number in field 61, behind the batch; 0 where none is told."""
    told = str(seen.get("original") or "")
    return int(told[6:12]) if len(told) >= 12 and told[:12].isdecimal() else 0


def currency_of(sale: Sold) -> str | None:
    """ISO 4217, numeric, as field 49 has it; None where the register named none."""
    named = str(sale.started.get("currency") or "")
    return Money.CURRENCIES[named][0] if named in Money.CURRENCIES else None


def is_of(sale: Sold, seen: Observation) -> bool:
    """Whether it is this deal's: an older advice may go out meanwhile."""
    asked = sale.started.get("amount")
    return asked is None or asked == seen.get("amount")
