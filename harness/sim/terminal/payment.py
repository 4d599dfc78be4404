"""A transaction from the card to the receipt.

Rules: payment specifications as summarised at each method; the cut points P0..P8 of a sale lie
between the numbered steps of ``_transact`` and ``_authorise``. The order is what keeps money safe:

1. read the card; 2. line up, old debts settled; 3. trace number, ``Pending`` made durable;
4. request out, answer in; 5. the chip agrees; 6. the register acknowledges;
7. journal durable (``Pending`` goes); 8. shown and printed.
A cut before 7 is reversed at the next start; from 7 on the sale stands. What is an advice is not
reversed but repeated: once it is durable it stands. An inquiry leaves nothing behind.
"""

from dataclasses import replace

from harness.sim.terminal import books
from harness.sim.terminal.acquiring import BadAnswer
from harness.sim.terminal.comms import NoAnswer, Unsent
from harness.sim.terminal.conditions import Conditions
from harness.sim.terminal.deals import TERMS, card_of, facts_of, word
from harness.sim.terminal.outcome import Asked, Outcome, Register, Stop
from harness.sim.terminal.reader import Card, CardTrouble
from harness.sim.terminal.records import Entry, Pending, made_of
from harness.sim.terminal.refusals import DUPLICATE, NEED_SIGN_ON, refusal
from harness.sim.terminal.reversals import is_heard
from harness.wire import answers
from harness.wire.iso8583 import Message


class Payment(Conditions):
    """Makes transactions, one at a time."""

    # --- a transaction ----------------------------------------------------------------------

    def transact(self, asked: Asked, register: Register) -> Outcome:
        """What a register asked for, to its end; never raises for what can go wrong outside."""
        with self.turn.taken():
            self.selling = True
            self._on_change()
            made: list[Pending] = []
            try:
                outcome = self._transact(asked, register, made)
            except Stop as stop:
                none = Pending(0, self._storage.batch, asked.amount, "", "", deal=asked.deal)
                outcome = self._stopped(stop, made[0] if made else none, register)
            self._reader.release()
            self.last, self.selling = outcome, False
        self._on_change()
        if self._storage.pending:
            self._comms.poke()
        return outcome

    def sell(self, amount: int, register: Register) -> Outcome:
        """A sale to its end."""
        return self.transact(Asked("sale", amount), register)

    def _transact(self, asked: Asked, register: Register, made: list[Pending]) -> Outcome:
        self.check_allowed()
        deal, original = self.agree(asked)
        amount = asked.amount or (original.amount if original else 0)
        self.check_amount(deal, amount, original)
        self.check_room(deal)
        card = self._read_card(amount, register) if original is None else card_of(original)
        self.clear_the_way(register)
        made.append(self._open(deal, card, amount, original))
        self._screen.show("authorising")
        register.tell("waiting_for_host")
        if TERMS[deal].undone:
            return self._authorise(made[0], card, register)
        return (self._advise if TERMS[deal].advice else self._inquire)(made[0], card, register)

    def _authorise(self, pending: Pending, card: Card, register: Register) -> Outcome:
        """Asked of the host, and undone where anything goes wrong after that."""
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

    def _advise(self, pending: Pending, card: Card, register: Register) -> Outcome:
        """Told to the host, now if it listens and else later: it stands either way."""
        try:
            answer = self._exchange(pending, card)
        except (NoAnswer, BadAnswer) as trouble:
            answer = None
            if isinstance(trouble, BadAnswer):
                self._comms.broken()
        heard = answer is not None and is_heard(answer.get(39))
        if answer is not None:
            pending = self._weigh_advice(pending, answer, heard=heard)
        outcome = self._outcome("approved", pending, receipt=self._storage.next_receipt())
        register.confirm(outcome)
        self.book(pending, answer if heard else None, outcome.receipt)
        return outcome

    def _weigh_advice(self, pending: Pending, answer: Message, *, heard: bool) -> Pending:
        """As ``weigh``; but what is no last word is asked again, and nothing is refused by it."""
        if not heard:
            self.heed(refusal(answer.get(39)))
            return pending
        try:
            return self.weigh(pending, answer)
        except Stop:
            self.told(pending)
            raise

    def told(self, pending: Pending) -> None:
        """The host has answered an advice: it need not be repeated."""
        self._storage.drop_pending(pending.stan)

    def _inquire(self, pending: Pending, card: Card, register: Register) -> Outcome:
        """Asked, told, forgotten: an inquiry is never reversed and in nobody's books."""
        answer = self.ask_host(pending, card)
        self.weigh(pending, answer)
        found = books.balance(answer.get(54))
        outcome = replace(self._outcome("approved", pending), balance=found)
        self._log.say("pay", f"told balance stan={pending.stan:06d}")
        self._screen.show("balance", amount=f"{(found or 0) / 100:.2f}")
        register.confirm(outcome)
        return outcome

    # --- before it is sent ------------------------------------------------------------------

    def _read_card(self, amount: int, register: Register) -> Card:
        try:
            card = self._reader.read(amount, register.tell, lambda: register.cancelled)
        except CardTrouble as trouble:
            raise Stop(trouble.cause) from trouble
        self._log.say("card", f"read entry={card.entry} pan={card.masked}")
        return card

    def _open(self, deal: str, card: Card, amount: int, original: Entry | None) -> Pending:
        stan = self.new_stan()
        pending = Pending(
            stan, self._storage.batch, amount, card.pan, card.masked, card.expiry, card.entry,
            card.mode, card.sequence, card.icc, time=self._wall_time().strftime("%H%M%S%m%d"),
            deal=deal,
        )  # fmt: skip
        if original is not None:
            pending = replace(
                pending, original=original.key + original.date, first_rrn=original.rrn,
                first_auth=original.auth,
            )  # fmt: skip
        if TERMS[deal].booked:
            self.before_sending(pending)
        return pending

    def new_stan(self) -> int:
        return self._storage.next_stan()

    def before_sending(self, pending: Pending) -> None:
        """What is owed is durable before the first byte of the request leaves (invariant 7)."""
        self._storage.save_pending(pending)
        part = "adv" if TERMS[pending.deal].advice else "rev"
        self._log.say(part, f"saved stan={pending.stan:06d}")

    # --- the host ---------------------------------------------------------------------------

    def ask_host(self, pending: Pending, card: Card) -> Message:
        """The request and its answer; what has no good answer is owed a reversal."""
        try:
            return self._exchange(pending, card)
        except NoAnswer as trouble:
            self.owe(pending, "98")
            raise Stop(self.cause_of_silence(trouble)) from trouble
        except BadAnswer as trouble:
            self.owe(pending, trouble.reason)
            self._comms.broken()
            raise Stop(trouble.cause) from trouble

    def _exchange(self, pending: Pending, card: Card) -> Message:
        request = self._acquiring.request(pending, card.track_2)
        self._log.say("pay", f"request {request.mti} {facts_of(pending)}")
        try:
            answer = self._comms.exchange(request, self._times.response)
        except Unsent as trouble:
            if pending.stan in self._storage.pending:
                self._storage.drop_pending(pending.stan)
            raise Stop(trouble.cause) from trouble
        self._log.say("pay", f"answer {answer.mti} stan={pending.stan:06d} code={answer.get(39)}")
        return answer

    def cause_of_silence(self, trouble: NoAnswer) -> str:
        return trouble.cause

    def owe(self, pending: Pending, reason: str) -> None:
        """A reversal is due, with this reason (field 39 of the 0400)."""
        if TERMS[pending.deal].undone and (reason != pending.reason or pending.auth):
            self._storage.save_pending(replace(pending, reason=reason))

    def weigh(self, pending: Pending, answer: Message) -> Pending:
        """Approved, or Stop. A plain refusal has moved no money: nothing to reverse."""
        code = answer.get(39)
        if answers.expected(code) == "approve":
            return replace(pending, auth=answer.get(38).strip())
        stop = refusal(code)
        if TERMS[pending.deal].booked:
            outcome = "declined" if stop.declined else "failed"
            self._storage.record(self._entry(pending, outcome, answer))
        self.heed(stop)
        raise stop

    def heed(self, stop: Stop) -> None:
        """What a refusal tells besides."""
        if stop.cause == "terminal_disabled":
            self._alarms.begin(stop.cause, f"code {stop.response}")
        if stop.response == DUPLICATE:
            self._storage.skip_stans()
        if answers.expected(stop.response) in NEED_SIGN_ON:
            self._comms.broken()

    # --- its end ----------------------------------------------------------------------------

    def finish_card(self, pending: Pending, card: Card) -> None:
        """The chip has the last word (2nd GENERATE AC); gone or against it = reversed."""
        try:
            self._reader.complete(card, approved=True)
        except CardTrouble as trouble:
            self.owe(pending, "06")
            raise Stop(trouble.cause) from trouble

    def book(self, pending: Pending, answer: Message | None, receipt: int) -> None:
        """Journal first; only what is durable there is shown and printed (invariant 13)."""
        entry = self._entry(pending, "approved", answer, receipt)
        self._storage.record(entry)
        self._log.say("pay", f"approved {facts_of(pending)}")
        self._alarms.end("host_silent")
        self._screen.show("approved")
        self._receipts.print(entry)

    def _stopped(self, stop: Stop, sale: Pending, register: Register) -> Outcome:
        owed = sale.stan in self._storage.pending
        outcome = self.failed(stop, sale)
        word = "declined" if stop.declined else "not done"
        why = self._alarms.alarm(stop.cause).code
        self._log.say("pay", f"{word} {facts_of(sale)} why={why} owed={'yes' if owed else 'no'}")
        self._reader.release()
        self.say_why(stop)
        self._alarms.end("card_removed")
        if owed:
            register.tell("reversing")
        return outcome

    def failed(self, stop: Stop, sale: Pending) -> Outcome:
        """What the register is told of what was stopped."""
        outcome = "declined" if stop.declined else "failed"
        return self._outcome(outcome, sale, cause=stop.cause, response=stop.response)

    def say_why(self, stop: Stop) -> None:
        """Show the true reason; conditions that hold are alarms of their own already."""
        if stop.cause not in self._alarms.active:
            self._alarms.note(stop.cause, f"code {stop.response}" if stop.response else "")
        else:
            self._screen.show_text(self._alarms.text(stop.cause))

    def _outcome(self, outcome: str, sale: Pending, *, cause: str = "", receipt: int = 0,
                 response: str = "") -> Outcome:  # fmt: skip
        return Outcome(
            outcome, sale.amount, cause, sale.stan, receipt, sale.masked, sale.auth, response,
            word(sale.deal),
        )  # fmt: skip

    def _entry(
        self, sale: Pending, outcome: str, answer: Message | None = None, receipt: int = 0
    ) -> Entry:
        return made_of(
            sale, outcome, rrn=answer.get(37) if answer else "",
            auth=answer.get(38).strip() if answer else "", receipt=receipt,
            time=self._wall_time().isoformat(sep=" ", timespec="seconds"),
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
