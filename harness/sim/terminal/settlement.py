"""What an operator does besides selling: end of day, signing on and off, totals, last result."""

from collections.abc import Callable

from harness.sim.terminal import books
from harness.sim.terminal.acquiring import Acquiring, BadAnswer
from harness.sim.terminal.comms import Comms, NoAnswer, Unsent
from harness.sim.terminal.deals import word
from harness.sim.terminal.end_of_day import EndOfDay
from harness.sim.terminal.outcome import Outcome, Register, Stop
from harness.sim.terminal.payment import Payment
from harness.sim.terminal.personality import Personality
from harness.sim.terminal.records import Entry, made_of
from harness.sim.terminal.refusals import refusal
from harness.sim.terminal.screen import Screen
from harness.sim.terminal.storage import Storage
from harness.wire.subfields import Totals


class Settlement:
    """Asked by registers and by the terminal's own menu."""

    def __init__(
        self, *, personality: Personality, storage: Storage, acquiring: Acquiring, comms: Comms,
        payment: Payment, end_of_day: EndOfDay, screen: Screen, on_change: Callable[[], None],
    ) -> None:  # fmt: skip
        self._times = personality.times
        self._storage = storage
        self._acquiring = acquiring
        self._comms = comms
        self._payment = payment
        self._end_of_day = end_of_day
        self._screen = screen
        self._on_change = on_change

    # --- acts -------------------------------------------------------------------------------

    def settle(self, register: Register) -> Outcome:
        """What is owed, then the batch's totals; then a new batch begins.

        Approved with the cause ``unbalanced`` where the host found other totals and has taken
        the items.
        """
        totals = self._storage.totals()

        def act() -> Outcome:
            broken_off = self._end_of_day.under_way
            balanced = True
            self._payment.clear_the_way(register)
            if not broken_off:
                self._end_of_day.begin()
                balanced = self._end_of_day.go_on()
            cause = "" if balanced else "unbalanced"
            return Outcome("approved", net(totals), cause, stan=self._storage.stan)

        return self._acted(act, net(totals))

    def sign_on(self, register: Register) -> Outcome:
        """New keys from the host; from now on it may sell."""

        def act() -> Outcome:
            self._storage.sign_off(off=False)
            self._comms.broken()
            cause = self._comms.wanted()
            if cause is not None:
                raise Stop(cause)
            return Outcome("approved", 0)

        return self._acted(act)

    def sign_off(self, register: Register) -> Outcome:
        """No sale from now on until a sign-on; refused at once while anything is open."""

        def act() -> Outcome:
            self.check_nothing_open()
            cause = self._comms.wanted()
            if cause is not None:
                raise Stop(cause)
            self._tell_host()
            self._storage.sign_off(off=True)
            self._screen.show("signed_off")
            self._comms.broken()
            return Outcome("approved", 0)

        return self._acted(act)

    def check_nothing_open(self) -> None:
        """What must be cleared before a sign-off: reversals, then the batch."""
        if self._storage.pending:
            raise Stop("reversal_pending")
        if self._end_of_day.under_way or books.standing(self._storage.journal):
            raise Stop("batch_full")

    def _tell_host(self) -> None:
        request = self._acquiring.sign_off(self._storage.next_stan(), self._storage.batch)
        try:
            answer = self._comms.exchange(request, self._times.probe)
        except (Unsent, NoAnswer, BadAnswer) as trouble:
            raise Stop(trouble.cause) from trouble
        if answer.get(39) != "00":
            raise refusal(answer.get(39))

    def _acted(self, act: Callable[[], Outcome], amount: int = 0) -> Outcome:
        """An act in its turn; what stopped it is shown."""
        with self._payment.turn.taken():
            self._on_change()
            try:
                outcome = act()
            except Stop as stop:
                self._payment.say_why(stop)
                outcome = Outcome("failed", amount, stop.cause, response=stop.response)
        self._on_change()
        return outcome

    # --- questions --------------------------------------------------------------------------

    def totals(self) -> Totals:
        """What stands in the open batch."""
        return self._storage.totals()

    def last_outcome(self) -> Outcome | None:
        """The last transaction: by this start's own knowledge, else by the flash's."""
        known: list[tuple[int, Outcome]] = []
        last = self._payment.last
        if last is not None:
            known.append((last.stan or self._storage.stan, last))
        entry = self._storage.last_entry()
        if entry is not None:
            known.append((entry.stan, outcome_of(entry)))
        known += [
            (stan, outcome_of(made_of(sale, self._storage.owes_as(stan), time="")))
            for stan, sale in self._storage.pending.items()
        ]
        return min(known, key=lambda row: self._storage.age_of(row[0]))[1] if known else None


#: What a journal calls it -> outcome and cause for a register; what is reversed did not happen.
TOLD = {"approved": ("approved", ""), "declined": ("declined", "card_declined"),
        "owed": ("failed", "reversal_pending")}  # fmt: skip


def outcome_of(entry: Entry) -> Outcome:
    """An entry as a register is told it."""
    outcome, cause = TOLD.get(entry.outcome, ("failed", "cancelled"))
    return Outcome(
        outcome, entry.amount, cause, entry.stan, entry.receipt, entry.pan, entry.auth,
        deal=word(entry.deal),
    )  # fmt: skip


def net(totals: Totals) -> int:
    """What the merchant is owed, minor units; nothing where he owes."""
    return max(0, totals.debit - totals.credit)
