"""A sale from the card to the receipt.

Rules: payment specifications as summarised at each method; the cut points P0..P8 of a sale lie
between the numbered steps of ``_sell``. The order is what keeps money safe:

1. read the card; 2. line up, old debts settled; 3. trace number, ``Pending`` made durable;
4. request out, answer in; 5. the chip agrees; 6. the register acknowledges;
7. journal durable (``Pending`` goes); 8. shown and printed.
A cut before 7 is reversed at the next start; from 7 on the sale stands.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from harness.clock import Clock
from harness.sim.terminal.acquiring import Acquiring, BadAnswer
from harness.sim.terminal.comms import Comms, NoAnswer, Unsent
from harness.sim.terminal.log import Log
from harness.sim.terminal.outcome import (
    Asked,
    Outcome,
    Register,
    Stop,
)
from harness.sim.terminal.personality import Personality
from harness.sim.terminal.reader import Card, CardReader, CardTrouble
from harness.sim.terminal.receipts import Receipts
from harness.sim.terminal.records import Entry, Pending
from harness.sim.terminal.reversals import Reversals
from harness.sim.terminal.screen import Alarms, Screen
from harness.sim.terminal.storage import Storage
from harness.sim.terminal.turn import Turn
from harness.wire import answers
from harness.wire.iso8583 import Message

#: Expectation class of an answer code -> what the terminal makes of it (Q/CUP 006.6, A.2).
REFUSALS: dict[str, str] = {
    "final_decline": "card_declined", "retry_later": "host_error", "re_sign_on": "not_signed_on",
    "settle_first": "batch_full", "disabled": "terminal_disabled",
}  # fmt: skip

#: Codes that say more than their class.
CODES = {"33": "card_expired", "54": "card_expired"}


class Payment:
    """Sells, one at a time.

    Attributes:
        turn: Held while money moves.
        selling: Whether a sale is under way.
        last: The last sale's outcome since boot; None before one.
    """

    def __init__(
        self, clock: Clock, *, personality: Personality, storage: Storage, acquiring: Acquiring,
        comms: Comms, reversals: Reversals, reader: CardReader, receipts: Receipts, screen: Screen,
        alarms: Alarms, log: Log, till: Turn, wall_time: Callable[[], datetime],
        on_change: Callable[[], None],
    ) -> None:  # fmt: skip
        self._clock = clock
        self._times = personality.times
        self._limits = personality.limits
        self._storage = storage
        self._acquiring = acquiring
        self._comms = comms
        self._reader = reader
        self._receipts = receipts
        self._screen = screen
        self._alarms = alarms
        self._log = log
        self._wall_time = wall_time
        self._on_change = on_change
        self._reversals = reversals
        self.selling = False
        self.turn = till
        self.last: Outcome | None = None

    # --- a sale -----------------------------------------------------------------------------

    def transact(self, asked: Asked, register: Register) -> Outcome:
        """What a register asked for, to its end; never raises for what can go wrong outside."""
        if asked.deal == "sale":
            return self.sell(asked.amount, register)
        return Outcome("failed", asked.amount, "cancelled")

    def sell(self, amount: int, register: Register) -> Outcome:
        """A sale to its end; never raises for what can go wrong outside."""
        with self.turn.taken():
            self.selling = True
            self._on_change()
            sale: list[Pending] = []
            try:
                outcome = self._sell(amount, register, sale)
            except Stop as stop:
                outcome = self._stopped(stop, amount, sale[0] if sale else None, register)
            self._reader.release()
            self.last, self.selling = outcome, False
        self._on_change()
        if self._storage.pending:
            self._comms.poke()
        return outcome

    def _sell(self, amount: int, register: Register, sale: list[Pending]) -> Outcome:
        self.check_allowed(amount)
        card = self._read_card(amount, register)
        self.clear_the_way(register)
        sale.append(self._open_sale(card, amount))
        pending = sale[0]
        self._screen.show("authorising")
        register.tell("waiting_for_host")
        answer = self.ask_host(pending, card)
        pending = self.weigh(pending, answer)
        self.finish_card(pending, card)
        if register.cancelled:  # the cashier's abort came too late to stop it: undone
            self.owe(pending, "06")
            raise Stop("cancelled")
        outcome = self._outcome("approved", pending, receipt=self._storage.next_receipt())
        if not register.confirm(outcome):  # PA00P015, 2.2.8: not acknowledged = reversed
            self.owe(pending, "06")
            raise Stop("cancelled")
        self.book(pending, answer, outcome.receipt)
        return outcome

    def check_allowed(self, amount: int) -> None:
        """What forbids a sale before it has begun."""
        if amount <= 0:
            raise Stop("cancelled")
        for cause in ("supply_low", "journal_fault", "storage_full", "clock_invalid"):
            if cause in self._alarms.active:
                raise Stop(cause)
        if len(self._storage.journal) >= self._limits.batch_size:
            raise Stop("batch_full")  # invariant 20: refused, never overwritten

    def _read_card(self, amount: int, register: Register) -> Card:
        try:
            card = self._reader.read(amount, register.tell, lambda: register.cancelled)
        except CardTrouble as trouble:
            raise Stop(trouble.cause) from trouble
        self._log.say("card", f"read entry={card.entry} pan={card.masked}")
        return card

    def clear_the_way(self, register: Register) -> None:
        """Line up, then old debts: no new sale while a reversal waits (invariant 4)."""
        cause = self._comms.wanted()
        if cause is not None:
            raise Stop(cause)
        if self._storage.pending:
            register.tell("reversing")
            if not self._reversals.settle_debts():
                raise Stop(self._comms.cause or "reversal_pending")
            cause = self._comms.wanted()
            if cause is not None:
                raise Stop(cause)

    def _open_sale(self, card: Card, amount: int) -> Pending:
        stan = self.new_stan()
        pending = Pending(
            stan, self._storage.batch, amount, card.pan, card.masked, card.expiry, card.entry,
            card.mode, card.sequence, card.icc, time=self._wall_time().strftime("%H%M%S%m%d"),
        )  # fmt: skip
        self.before_sending(pending)
        return pending

    def new_stan(self) -> int:
        return self._storage.next_stan()

    def before_sending(self, pending: Pending) -> None:
        """The reversal is durable before the first byte of the request leaves (invariant 7)."""
        self._storage.save_pending(pending)
        self._log.say("rev", f"saved stan={pending.stan:06d}")

    def ask_host(self, pending: Pending, card: Card) -> Message:
        """The request and its answer; what has no good answer is owed a reversal."""
        request = self._acquiring.sale(pending, card.track_2)
        self._log.say(
            "pay", f"request {request.mti} stan={pending.stan:06d} amount={pending.amount}"
        )
        try:
            answer = self._comms.exchange(request, self._times.response)
        except Unsent as trouble:
            self._storage.drop_pending(pending.stan)
            raise Stop(trouble.cause) from trouble
        except NoAnswer as trouble:
            self.owe(pending, "98")
            raise Stop(self.cause_of_silence(trouble)) from trouble
        except BadAnswer as trouble:
            self.owe(pending, trouble.reason)
            self._comms.broken()
            raise Stop(trouble.cause) from trouble
        self._log.say("pay", f"answer {answer.mti} stan={pending.stan:06d} code={answer.get(39)}")
        return answer

    def cause_of_silence(self, trouble: NoAnswer) -> str:
        return trouble.cause

    def owe(self, pending: Pending, reason: str) -> None:
        """A reversal is due, with this reason (field 39 of the 0400)."""
        if reason != pending.reason or pending.auth:
            self._storage.save_pending(pending_with(pending, reason=reason))

    def weigh(self, pending: Pending, answer: Message) -> Pending:
        """Approved, or Stop. A plain refusal has moved no money: nothing to reverse."""
        code = answer.get(39)
        expected = answers.expected(code)
        if expected == "approve":
            return pending_with(pending, auth=answer.get(38).strip())
        cause = CODES.get(code, REFUSALS[expected])
        declined = expected == "final_decline"
        self._storage.record(self._entry(pending, "declined" if declined else "failed", answer))
        if expected == "re_sign_on":
            self._comms.broken()
        raise Stop(cause, code, declined=declined)

    def finish_card(self, pending: Pending, card: Card) -> None:
        """The chip has the last word (2nd GENERATE AC); gone or against it = reversed."""
        try:
            self._reader.complete(card, approved=True)
        except CardTrouble as trouble:
            self.owe(pending, "06")
            raise Stop(trouble.cause) from trouble

    def book(self, pending: Pending, answer: Message, receipt: int) -> None:
        """Journal first; only what is durable there is shown and printed (invariant 13)."""
        entry = self._entry(pending, "approved", answer, receipt)
        self._storage.record(entry)
        self._log.say("pay", f"approved {_facts(pending)}")
        self._alarms.end("host_silent")
        self._screen.show("approved")
        self._receipts.print(entry)

    # --- when it did not happen -------------------------------------------------------------

    def _stopped(
        self, stop: Stop, amount: int, sale: Pending | None, register: Register
    ) -> Outcome:
        sale = sale or Pending(0, self._storage.batch, amount, "", "")
        owed = sale.stan in self._storage.pending
        outcome = self.failed(stop, sale)
        word = "declined" if stop.declined else "not done"
        why = self._alarms.alarm(stop.cause).code
        self._log.say("pay", f"{word} {_facts(sale)} why={why} owed={'yes' if owed else 'no'}")
        self._reader.release()
        self.say_why(stop)
        self._alarms.end("card_removed")
        if owed:
            register.tell("reversing")
        return outcome

    def failed(self, stop: Stop, sale: Pending) -> Outcome:
        """What the register is told of a sale that was stopped."""
        outcome = "declined" if stop.declined else "failed"
        return self._outcome(outcome, sale, cause=stop.cause, response=stop.response)

    def say_why(self, stop: Stop) -> None:
        """Show the true reason; conditions that hold are alarms of their own already."""
        if stop.cause not in self._alarms.active:
            self._alarms.note(stop.cause, f"code {stop.response}" if stop.response else "")
        else:
            self._screen.show_text(self._alarms.alarm(stop.cause).text)

    def _outcome(self, outcome: str, sale: Pending, *, cause: str = "", receipt: int = 0,
                 response: str = "") -> Outcome:  # fmt: skip
        return Outcome(
            outcome, sale.amount, cause, sale.stan, receipt, sale.masked, sale.auth, response
        )

    def _entry(
        self, sale: Pending, outcome: str, answer: Message | None = None, receipt: int = 0
    ) -> Entry:
        return Entry(
            sale.stan, sale.batch, sale.amount, sale.masked, outcome, sale.entry,
            rrn=answer.get(37) if answer else "", auth=answer.get(38).strip() if answer else "",
            receipt=receipt, time=self._wall_time().isoformat(sep=" ", timespec="seconds"),
        )  # fmt: skip

    # --- the rest ---------------------------------------------------------------------------

    def reprint(self) -> Entry | None:
        """Print the last receipt again, marked as a copy; changes no totals."""
        with self.turn.taken():
            entry = self._receipts.last()
            if entry is not None:
                self._receipts.print(entry, copy=True)
            return entry

    def print_owed(self) -> None:
        """The receipts that a cut, or a printer in want of paper, kept from coming out: copies."""
        if self._receipts.owed() is None:
            return
        with self.turn.taken():
            self._on_change()
            while (entry := self._receipts.owed()) is not None:
                if not self._receipts.print(entry, copy=True):
                    break
        self._on_change()


def pending_with(pending: Pending, **changes: str) -> Pending:
    """The same sale with some fields changed."""
    return replace(pending, **changes)  # type: ignore[arg-type]


def _facts(sale: Pending) -> str:
    stan = f"stan={sale.stan:06d} " if sale.stan else ""
    return f"{stan}amount={sale.amount} pan={sale.masked or '-'}"
