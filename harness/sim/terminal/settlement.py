"""End of day, and what is known of the last transaction."""

from collections.abc import Callable

from harness.sim.terminal.acquiring import Acquiring, BadAnswer
from harness.sim.terminal.comms import Comms, NoAnswer, Unsent
from harness.sim.terminal.log import Log
from harness.sim.terminal.outcome import Outcome, Register, Stop
from harness.sim.terminal.payment import REFUSALS, Payment
from harness.sim.terminal.personality import Personality
from harness.sim.terminal.screen import Screen
from harness.sim.terminal.storage import Storage
from harness.wire import answers
from harness.wire.subfields import Totals


class Settlement:
    """Closes batches; a batch closes only when the host has acknowledged it (invariant 9)."""

    def __init__(
        self, *, personality: Personality, storage: Storage, acquiring: Acquiring, comms: Comms,
        payment: Payment, screen: Screen, log: Log, on_change: Callable[[], None],
    ) -> None:  # fmt: skip
        self._times = personality.times
        self._storage = storage
        self._acquiring = acquiring
        self._comms = comms
        self._payment = payment
        self._screen = screen
        self._log = log
        self._on_change = on_change

    def settle(self, register: Register) -> Outcome:
        """What is owed, then the batch's totals; then a new batch begins."""
        with self._payment.turn.taken():
            self._on_change()
            count, amount = self._storage.totals()
            try:
                self._payment.clear_the_way(register)
                self._close(Totals(debit=amount, debits=count))
                outcome = Outcome("approved", amount, stan=self._storage.stan)
                self._screen.show("settled")
            except Stop as stop:
                self._payment.say_why(stop)
                outcome = Outcome("failed", amount, stop.cause, response=stop.response)
        self._on_change()
        return outcome

    def _close(self, totals: Totals) -> None:
        storage = self._storage
        request = self._acquiring.settlement(storage.next_stan(), storage.batch, totals)
        try:
            answer = self._comms.exchange(request, self._times.response)
        except (Unsent, NoAnswer, BadAnswer) as trouble:
            raise Stop(trouble.cause) from trouble
        code = answer.get(39)
        if code != "00":
            raise Stop(REFUSALS.get(answers.expected(code), "host_error"), code)
        _, flag = Totals.parse(answer.get(48))
        self._log.say("pay", f"settled batch={storage.batch:06d} flag={flag}")
        if flag != "1":
            # The host finds other totals (invariant 10): the batch stays open until it agrees.
            raise Stop("host_error")
        storage.open_batch(storage.batch + 1)
        self._comms.broken()  # a new batch begins with a sign-on

    def last_outcome(self) -> Outcome | None:
        """The last transaction: by this start's own knowledge, else by the flash's."""
        known: list[tuple[int, Outcome]] = []
        last = self._payment.last
        if last is not None:
            known.append((last.stan or self._storage.stan, last))
        entry = self._storage.last_entry()
        if entry is not None:
            outcome = entry.outcome if entry.outcome in ("approved", "declined") else "failed"
            cause = {"declined": "card_declined", "failed": "cancelled"}.get(outcome, "")
            known.append((
                entry.stan,
                Outcome(outcome, entry.amount, cause, entry.stan, entry.receipt, entry.pan,
                        entry.auth),
            ))  # fmt: skip
        known += [
            (stan, Outcome("failed", sale.amount, "reversal_pending", stan, pan=sale.masked))
            for stan, sale in self._storage.pending.items()
        ]
        return max(known, key=lambda row: row[0])[1] if known else None
