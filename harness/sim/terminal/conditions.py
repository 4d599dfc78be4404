"""What must be true before anything is sent: allowed, agreed upon, and nothing old in the way."""

from collections.abc import Callable
from datetime import datetime

from harness.clock import Clock
from harness.sim.terminal import books
from harness.sim.terminal.acquiring import Acquiring
from harness.sim.terminal.comms import Comms
from harness.sim.terminal.deals import ACROSS_BATCHES, TERMS, meant
from harness.sim.terminal.end_of_day import EndOfDay
from harness.sim.terminal.log import Log
from harness.sim.terminal.outcome import Asked, Outcome, Register, Stop
from harness.sim.terminal.personality import Personality
from harness.sim.terminal.receipts import Receipts
from harness.sim.terminal.records import Entry
from harness.sim.terminal.reversals import Reversals
from harness.sim.terminal.scanner import CardOrCode
from harness.sim.terminal.screen import Alarms, Screen
from harness.sim.terminal.storage import Storage
from harness.sim.terminal.turn import Turn

#: Conditions under which nothing new is begun.
FORBIDS = ("supply_low", "battery_low", "journal_fault", "storage_full", "clock_invalid")


class Conditions:
    """The parts of a payment, and what it asks before it begins. Each check raises Stop.

    Attributes:
        turn: Held while money moves.
        selling: Whether a transaction is under way.
        last: The last one's outcome since boot; None before one.
    """

    def __init__(
        self, clock: Clock, *, personality: Personality, storage: Storage, acquiring: Acquiring,
        comms: Comms, reversals: Reversals, end_of_day: EndOfDay, reader: CardOrCode,
        receipts: Receipts, screen: Screen, alarms: Alarms, log: Log, till: Turn,
        wall_time: Callable[[], datetime], on_change: Callable[[], None],
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
        self._end_of_day = end_of_day
        self.selling = False
        self.turn = till
        self.last: Outcome | None = None

    def check_allowed(self) -> None:
        """What forbids a transaction before it has begun."""
        if self._storage.signed_off:
            raise Stop("not_signed_on")
        for cause in FORBIDS:
            if cause in self._alarms.active:
                raise Stop(cause)

    def agree(self, asked: Asked) -> tuple[str, Entry | None]:
        """Which deal it is, and with which original."""
        if f"no_{asked.deal}" in self._storage.parameters:
            raise Stop("not_supported")
        if TERMS[asked.deal].card:
            return asked.deal, None
        across = asked.deal in ACROSS_BATCHES
        entries = self._storage.every_entry() if across else self._storage.journal
        original = self.original_of(asked, entries)
        deal = meant(asked.deal, original) if original else None
        if original is None or deal is None or not original.number:
            raise Stop("original_unknown")
        return deal, original

    def original_of(self, asked: Asked, entries: list[Entry]) -> Entry | None:
        """The one transaction that is referred to, if it still stands."""
        return books.original(entries, receipt=asked.receipt, stan=asked.stan)

    def check_amount(self, deal: str, amount: int, original: Entry | None) -> None:
        """Whether this can be charged: nothing can not, and a void takes back the whole."""
        whole = deal == "completion" or original is None or amount == original.amount
        if deal != "balance" and not (0 < amount <= self._limits.amount_most and whole):
            raise Stop("amount_invalid")

    def check_room(self, deal: str) -> None:
        """Whether the journal has room: it is refused, nothing overwritten (invariant 20)."""
        if TERMS[deal].booked and len(self._storage.journal) >= self.most_records():
            raise Stop("batch_full")

    def most_records(self) -> int:
        """How many a batch may have: the model's, or what its maker's tool has set."""
        return int(self._storage.parameters.get("batch_size", self._limits.batch_size))

    def clear_the_way(self, register: Register) -> None:
        """Line up, then old debts: nothing new while a reversal waits (invariant 4)."""
        self._need_line()
        if self._storage.pending:
            register.tell("reversing")
            if not self._reversals.settle_debts():
                raise Stop(self._comms.cause or "reversal_pending")
            self._need_line()
        if self._end_of_day.under_way:
            self._end_of_day.go_on()
            self._need_line()

    def _need_line(self) -> None:
        cause = self._comms.wanted()
        if cause is not None:
            raise Stop(cause)
