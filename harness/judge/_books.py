"""Who says what about money and records, kept apart by channel and by trace number.

Channels: **H** the host's requests, answers and ledger; **J** the terminal's journal; **R** its
receipts; **E** what the register was told; **D** what the terminal decided, by its console.
Everything of the trace is taken in, also from before ``given_ready``: a balance needs all of it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from harness.judge._deals import DEBIT, OF_REQUEST, PLAIN
from harness.judge._host_words import ALSO_DONE, REVERSAL_DONE, SPOILING
from harness.judge._sold import APPROVED as APPROVED
from harness.judge._sold import Sold
from harness.judge._telling import ByStan, Telling, mti_of, stan_of
from harness.model.trace import Observation
from harness.model.units import Money

#: Requests that can move money; a balance inquiry (processing code 31....) cannot.
MONEY = frozenset({"0100", "0200"})
INQUIRY = "31"
REVERSAL = "0400"
#: Advices: repeated until answered, never reversed (refund, offline sale).
ADVICE, ADVISED = "0220", "0230"
SIGNED_ON = "0810"  # the answer to a sign-on
#: Q/CUP 006.6-2015, A.2: approved, VIP, partial, and the "defective successes".
APPROVING = frozenset({"00", "10", "11", "A2", "A4", "A5", "A6"})
#: Kinds whose trace number is the sale's own (a 0400 may be an older sale's).
_NAMES_ITS_STAN = frozenset({"request_received", "request_sent", "approved", "declined"})

#: What a journal calls a sale that was approved; ``voided``: and then taken back by a void.
STANDING = (APPROVED, "voided")


def moves_money(seen: Observation) -> bool:
    """Whether a request is one that would have to be reversed (payment rules: no inquiry)."""
    return mti_of(seen) in MONEY and not str(seen.get("processing") or "").startswith(INQUIRY)


def signs_on(seen: Observation) -> bool:
    """Whether this shows that a sign-on was accepted."""
    good = str(seen.get("response") or "00") == "00"
    return seen.kind == "signed_on" or (mti_of(seen) == SIGNED_ON and good)


def last4(seen: Observation) -> str:
    return str(seen.get("pan") or "")[-4:]


def alike(one: Observation, other: Observation) -> bool:
    """Whether two lines can be the same transaction: what both tell of it is equal."""
    for name in ("tid", "batch", "stan", "amount"):
        mine, theirs = one.get(name), other.get(name)
        if mine is not None and theirs is not None and str(mine) != str(theirs):
            return False
    mine, theirs = last4(one), last4(other)
    return not (mine.isdecimal() and theirs.isdecimal()) or mine == theirs


def entry_key(seen: Observation) -> tuple[Any, ...]:
    return (seen.get("tid"), seen.get("batch"), stan_of(seen), seen.get("amount"))


def deal_of(row: Observation) -> str:
    """The deal that a ledger entry (``entry``) or a journal's record (``what``) tells."""
    return str(row.get("entry" if row.kind == "ledger_entry" else "what") or PLAIN)


@dataclass(slots=True)
class Books:
    """See the module text. Lists by trace number are in trace order."""

    requests: ByStan = field(default_factory=ByStan)  # H: money requests
    reversals: ByStan = field(default_factory=ByStan)  # H: 0400
    answers: ByStan = field(default_factory=ByStan)  # H: answers to money requests
    replied: ByStan = field(default_factory=ByStan)  # H: 0410
    undone: ByStan = field(default_factory=ByStan)  # H: 0410 that end a reversal
    advices: ByStan = field(default_factory=ByStan)  # H: 0220
    advised: ByStan = field(default_factory=ByStan)  # H: 0230
    spoiled: ByStan = field(default_factory=ByStan)  # H: what the host was told to do wrong
    saved: ByStan = field(default_factory=ByStan)  # D: reversal_saved
    sent: ByStan = field(default_factory=ByStan)  # D: request_sent
    heard: ByStan = field(default_factory=ByStan)  # D: answer_received
    decided: ByStan = field(default_factory=ByStan)  # D: approved, declined, not_done, reversed
    receipts: ByStan = field(default_factory=ByStan)  # R
    begun: ByStan = field(default_factory=ByStan)  # what a cut may leave on paper
    unnumbered: list[Observation] = field(default_factory=list)  # receipts told without a number
    sales: dict[str, Sold] = field(default_factory=dict)  # E
    whose: dict[int, Sold] = field(default_factory=dict)  # trace number -> its transaction
    ledger: Telling = field(default_factory=lambda: Telling("ledger"))
    journal: Telling = field(default_factory=lambda: Telling("journal"))
    boots: list[Observation] = field(default_factory=list)
    settled: set[str] = field(default_factory=set)
    heard_closed: int = 0  # line at which the terminal last heard that its batch is settled
    swapped: bool = False  # another unit is in the terminal's place
    stopped: bool = False  # the story waits for what nobody can tell
    quiet: bool = False  # the terminal's log has no words for how a sale ends
    by_hand: bool = False  # somebody sold by the terminal's own keys
    hands_on: list[Observation] = field(default_factory=list)  # keys, and copies asked for
    last_money: Observation | None = None
    currency: str = "CNY"

    def readers(self) -> dict[str, Callable[[Observation], None]]:
        """Kind -> who takes it in."""
        return {
            "request_received": self._request, "answered": self._answer,
            "misbehaved": self._misbehave,
            "ledger_entry": self.ledger.add, "ledger_end": self.ledger.close,
            "journal_entry": self.journal.add, "journal_end": self.journal.close,
            "settled": lambda seen: self.settled.add(str(seen.get("batch"))),
            "part": self._swap, "pressed": self._press, "step_started": self._press,
            "reversal_saved": lambda seen: self._file(self.saved, seen),
            "request_sent": lambda seen: self._file(self.sent, seen),
            "answer_received": self._hear,
            "approved": self._decision, "declined": self._decision, "not_done": self._decision,
            "reversal_done": self._decision, "printed": self._print,
            "printing": lambda seen: self._file(self.begun, seen), "boot": self.boots.append,
            "shown": self._show, "sale_started": self._start, "sale_ended": self._end,
            "sale_resolved": self._resolve,
        }  # fmt: skip

    def begin(self, ready: Observation) -> None:
        """The run is ready: what stands in ledger and journal now is not of its making."""
        for told in (self.ledger, self.journal):
            told.before = frozenset(map(entry_key, told.rows or ()))

    def money(self, amount: Any) -> str:
        """An amount as a person writes it."""
        if isinstance(amount, int) and self.currency in Money.CURRENCIES:
            return str(Money(amount, self.currency))
        return "an unknown amount" if amount is None else str(amount)

    # --- questions ------------------------------------------------------------------------------

    def booked(self) -> list[Observation]:
        """Ledger entries of this run that stand, of every deal: approved and not reversed."""
        return [
            row for row in self.ledger.rows or ()
            if row.get("status") == APPROVED and entry_key(row) not in self.ledger.before
        ]  # fmt: skip

    def charges(self) -> list[Observation]:
        """What cardholders pay in the end: booked debits that no void took back."""
        return [row for row in self.booked() if deal_of(row) in DEBIT and not row.get("voided")]

    def deal_of(self, stan: int) -> str:
        """Which deal a trace number is of, by whoever tells."""
        if stan in self.whose:
            return self.whose[stan].deal
        for row in (*self.ledger.by_stan.get(stan, ()), *self.journal.by_stan.get(stan, ())):
            return deal_of(row)
        for row in (*self.requests[stan], *self.advices[stan]):
            return OF_REQUEST.get((mti_of(row), str(row.get("processing") or "")[:2]), PLAIN)
        return PLAIN

    def no_ledger(self) -> str:
        """Why the ledger is no oracle, or ``""``."""
        return self.ledger.missing(self.last_money)

    def no_journal(self) -> str:
        """Why the journal is no oracle, or ``""``."""
        if self.swapped and self.stopped:
            return "another unit is in its place, and the story did not go on"
        return self.journal.missing(self.last_money)

    def in_journal(self, stan: int, *outcomes: str) -> Observation | None:
        """The journal's record of a trace number, undamaged, with one of these outcomes."""
        for row in self.journal.by_stan.get(stan, ()):
            if not row.get("damaged") and row.get("outcome") in outcomes:
                return row
        return None

    def is_settled(self, row: Observation) -> bool:
        """Whether its batch has been closed: a terminal may drop it from its journal then."""
        batch = row.get("batch")
        if batch is None:  # a console line: its request or its ledger entry tells
            stan = stan_of(row) or 0
            known = (*self.requests[stan], *self.advices[stan],
                     *self.ledger.by_stan.get(stan, ()))  # fmt: skip
            batch = next((one["batch"] for one in known if one.get("batch") is not None), None)
            if batch is None:
                return bool(self.settled) or row.n < self.heard_closed
        return str(batch) in self.settled

    def sound_answers(self, stan: int) -> list[Observation]:
        """Answers to a money request that the host was not told to spoil, as far as counts tell."""
        return self.answers[stan][len(self.spoiled[stan]) :]

    def concluded(self, stan: int) -> bool:
        """Whether the terminal is known to have had an end of this request, reversal or not."""
        last = self.decided[stan][-1:]
        if last and last[0].kind in ("approved", "declined", "reversal_done"):
            return True
        if self.undone[stan] or self.told_end(stan):
            return True
        return any(str(row.get("response") or "00") not in APPROVING for row in self.heard[stan])

    def told_end(self, stan: int, before: float = float("inf")) -> bool:
        """Whether the register was told its end before a line, where no log would tell of it."""
        sale = self.whose.get(stan) if self.quiet else None
        if sale is None or sale.ended is None or sale.ended.n >= before:
            return False
        return stan_of(sale.ended) == stan and sale.outcome in (APPROVED, "declined")

    # --- reading --------------------------------------------------------------------------------

    def _file(self, index: ByStan, seen: Observation) -> None:
        stan = stan_of(seen)
        if stan is not None:
            index.add(stan, seen)
            sale = self.sales.get(str(seen.get("of")))
            if sale is not None and seen.kind in _NAMES_ITS_STAN:
                self._claim(sale, stan)

    def _claim(self, sale: Sold, stan: int) -> None:
        sale.stans.add(stan)
        self.whose.setdefault(stan, sale)

    def _request(self, seen: Observation) -> None:
        if moves_money(seen):
            self._file(self.requests, seen)
            self.last_money = seen
        elif mti_of(seen) == REVERSAL:
            self.reversals.add(stan_of(seen) or 0, seen)
            self.last_money = seen
        elif mti_of(seen) == ADVICE:
            self._file(self.advices, seen)
            self.last_money = seen

    def _answer(self, seen: Observation) -> None:
        mti = mti_of(seen)
        if mti in ("0110", "0210"):
            self._file(self.answers, seen)
        elif mti == ADVISED:
            self._file(self.advised, seen)
        elif mti == "0410":
            self._file(self.replied, seen)
            if str(seen.get("response")) in REVERSAL_DONE:
                self._file(self.undone, seen)

    def _misbehave(self, seen: Observation) -> None:
        if seen.get("act") in SPOILING and (not seen.get("mti") or mti_of(seen) in MONEY):
            self._file(self.spoiled, seen)

    def _hear(self, seen: Observation) -> None:
        done = str(seen.get("response")) in REVERSAL_DONE | ALSO_DONE
        if mti_of(seen) != "0410" or done:  # its reversal's refusal says nothing about a sale
            self._file(self.heard, seen)
        if mti_of(seen) == "0510" and str(seen.get("response") or "00") in APPROVING:
            self.heard_closed = seen.n

    def _swap(self, seen: Observation) -> None:
        """A unit of the same identity has a journal of its own."""
        self.swapped |= seen.get("part") == "unit" and seen.get("state") != "own"

    def _press(self, seen: Observation) -> None:
        self.by_hand |= (by_hand := seen.kind == "pressed" or seen.get("word") == "press")
        if by_hand or seen.get("word") == "reprint":
            self.hands_on.append(seen)

    def _decision(self, seen: Observation) -> None:
        self._file(self.decided, seen)

    def _print(self, seen: Observation) -> None:
        self._file(self.receipts, seen)
        if stan_of(seen) is None:
            self.unnumbered.append(seen)

    def _show(self, seen: Observation) -> None:
        """A display is behind what it shows: an approval may be that of a sale before."""
        late = (one for one in self.sales.values() if one.is_shown_late(seen))
        sale = next(late, self.sales.get(str(seen.get("of"))))
        if sale is not None:
            sale.shown.append(seen)

    def _start(self, seen: Observation) -> None:
        name = str(seen.get("sale"))
        self.sales[name] = Sold(name, seen)
        self.currency = str(seen.get("currency") or self.currency)

    def _end(self, seen: Observation) -> None:
        sale = self.sales.get(str(seen.get("sale")))
        if sale is not None:
            sale.ended = seen
            stan = stan_of(seen)
            if stan is not None:
                self._claim(sale, stan)

    def _resolve(self, seen: Observation) -> None:
        sale = self.sales.get(str(seen.get("sale")))
        if sale is not None:
            sale.resolved = seen
