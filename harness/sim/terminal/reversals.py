"""What is owed to the host: sent before anything else, repeated, and never dropped.

A reversal leaves the memory only by a 0410 of 00, 12 or 25 (invariant 5). An episode has so many
tries with a gap between them (invariant 6); after it the record is kept, the operator told, no sale
goes out before it (invariant 4), and another episode follows later.

An advice (0220) is repeated under its own number until its 0230 (invariant 11).
"""

from collections.abc import Callable
from datetime import datetime

from harness.clock import Clock
from harness.sim.terminal.acquiring import Acquiring, BadAnswer
from harness.sim.terminal.comms import Comms, NoAnswer, Unsent
from harness.sim.terminal.deals import TERMS
from harness.sim.terminal.log import Log
from harness.sim.terminal.personality import Personality
from harness.sim.terminal.printer import Printer
from harness.sim.terminal.receipts import Receipts
from harness.sim.terminal.records import Entry, Pending, made_of
from harness.sim.terminal.refusals import DUPLICATE, NEED_SIGN_ON
from harness.sim.terminal.screen import Alarms, Screen
from harness.sim.terminal.storage import Storage
from harness.sim.terminal.turn import Turn
from harness.wire import answers
from harness.wire.iso8583 import Message


class Reversals:
    """Sends what is owed; who calls ``settle_debts`` holds the till's turn."""

    def __init__(
        self, clock: Clock, *, personality: Personality, storage: Storage, acquiring: Acquiring,
        comms: Comms, printer: Printer, receipts: Receipts, screen: Screen, alarms: Alarms,
        log: Log, till: Turn, wall_time: Callable[[], datetime], on_change: Callable[[], None],
    ) -> None:  # fmt: skip
        self._clock = clock
        self._times = personality.times
        self._limits = personality.limits
        self._storage = storage
        self._acquiring = acquiring
        self._comms = comms
        self._printer = printer
        self._receipts = receipts
        self._screen = screen
        self._alarms = alarms
        self._log = log
        self._till = till
        self._wall_time = wall_time
        self._on_change = on_change
        self._next_episode = 0.0
        self._woken = clock.signal("a reversal to send")
        self._slips: set[int] = set()

    def settle_debts(self) -> bool:
        """Send what reversals wait, oldest first; whether none is left."""
        for stan in sorted(self._storage.pending, key=self._storage.age_of, reverse=True):
            if not self.reverse(stan):
                self._next_episode = self._clock.now() + self._times.reversal_every
                self._clock.call_at(self._next_episode, self._woken.notify)
                return False
        self._alarms.end("reversal_pending")
        return True

    def run(self) -> None:
        """Send what is owed while nobody sells; a task of its own."""
        while True:
            self._woken.wait_for(self.is_due)
            with self._till.taken():
                self._on_change()
                self.settle_debts()
            self._on_change()

    def is_due(self) -> bool:
        """Whether something is owed and can be sent now; episodes keep their distance."""
        idle = self._comms.online and not self._till.held
        return idle and bool(self._storage.pending) and self._clock.now() >= self._next_episode

    def wake(self) -> None:
        """Something has changed: look again."""
        self._woken.notify()

    def reverse(self, stan: int) -> bool:
        """One episode: at most so many tries, spaced; whether it is done."""
        told = self._storage.is_advice(stan)
        is_done, end = (is_heard, self.heard) if told else (self.is_done, self._undone)
        for attempt in range(self._limits.reversal_tries):
            if attempt:
                self._clock.sleep(self._times.reversal_gap)
            answer = self._send(stan)
            if answer is not None and is_done(answer.get(39)):
                end(stan, answer)
                return True
            if not self._comms.online and self._comms.wanted() is not None:
                return False  # tries on a line that is gone are none
        return self.tries_are_over(stan)

    def is_done(self, code: str) -> bool:
        """Which answers end a reversal: done, nothing to undo, not known to the host."""
        return code in answers.REVERSAL_DONE

    def tries_are_over(self, stan: int) -> bool:
        """Not cleared: kept, said, printed once, and tried again later; never dropped."""
        self._alarms.begin("reversal_pending", f"stan={stan:06d} not cleared yet, kept")
        if stan not in self._slips:
            self._slips.add(stan)
            what = TERMS[self._storage.pending[stan].deal].title
            what = what if self._storage.is_advice(stan) else "REVERSAL"
            self._printer.print_slip([f"{what} NOT CONFIRMED", f"TRACE {stan:06d}"])
        return False

    def _send(self, stan: int) -> Message | None:
        """One 0400 or 0220; its answer, None without one."""
        pending = self._storage.pending[stan]
        pending = self._storage.amend_pending(stan, tries=pending.tries + 1)
        if not self._acquiring.signed_on:
            return None
        try:
            answer = self._comms.exchange(self.request(pending), self._times.reversal_response)
        except (Unsent, NoAnswer):
            return None
        except BadAnswer:
            self._comms.broken()
            return None
        if answers.expected(answer.get(39)) in NEED_SIGN_ON:
            self._comms.broken()
        return answer

    def request(self, pending: Pending) -> Message:
        """What is sent, and said."""
        stan, tries = pending.stan, pending.tries
        if self._storage.is_advice(stan):
            self._log.say("adv", f"sent stan={stan:06d} try={tries}")
            return self._acquiring.request(pending)
        self._log.say("rev", f"sent stan={stan:06d} try={tries} reason={pending.reason}")
        return self._acquiring.reversal(pending)

    def heard(self, stan: int, answer: Message) -> None:
        """The host has the advice: the journal says what it came to, then it is forgotten."""
        pending, known = self._storage.pending[stan], self._storage.outcome_of(stan)
        taken = answers.expected(answer.get(39)) == "approve" or answer.get(39) == DUPLICATE
        outcome = "approved" if taken else "declined"
        if known is None or known.outcome != outcome:
            receipt = self._storage.next_receipt() if taken else 0
            entry = made_of(
                pending, outcome, time=self._time(), rrn=answer.get(37), receipt=receipt
            )
            self._storage.record(entry)
            if taken:  # a cut came before it was booked: it has no receipt yet
                self._receipts.print(entry)
            else:
                self._alarms.note("card_declined", f"stan={stan:06d} code {answer.get(39)}")
        self._storage.drop_pending(stan)
        self._log.say("adv", f"done stan={stan:06d}")

    def _undone(self, stan: int, answer: Message) -> None:
        self._storage.record(self._entry(self._storage.pending[stan]))
        self._log.say("rev", f"done stan={stan:06d}")
        self._screen.show("reversed")

    def _entry(self, sale: Pending) -> Entry:
        return made_of(sale, "reversed", time=self._time())

    def _time(self) -> str:
        return self._wall_time().isoformat(sep=" ", timespec="seconds")


def is_heard(code: str) -> bool:
    """Whether this answer to an advice is the host's last word on it."""
    return answers.expected(code) in ("approve", "final_decline")
