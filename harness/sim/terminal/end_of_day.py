"""The end of a batch: its totals, the upload where the host finds others, then a new batch.

Rules: a batch closes only when the host has acknowledged its settlement (invariant 9); where the
host finds other totals every item is uploaded, each once (invariant 10). How far it is, is durable
before anything is sent, so what a cut or a lost answer broke off is gone on with (P10, P11), and
no sale goes out before that.
"""

from collections.abc import Callable

from harness.clock import Clock
from harness.errors import Garbled
from harness.sim.terminal import books
from harness.sim.terminal.acquiring import ITEMS_AT_ONCE, Acquiring, BadAnswer
from harness.sim.terminal.comms import Comms, NoAnswer, Unsent
from harness.sim.terminal.deals import TERMS
from harness.sim.terminal.log import Log
from harness.sim.terminal.outcome import Stop
from harness.sim.terminal.personality import Personality
from harness.sim.terminal.records import Closing, Entry
from harness.sim.terminal.refusals import NEED_SIGN_ON, refusal
from harness.sim.terminal.screen import Alarms, Screen
from harness.sim.terminal.storage import Storage
from harness.sim.terminal.turn import Turn
from harness.wire import answers
from harness.wire.iso8583 import Message
from harness.wire.subfields import Totals


class EndOfDay:
    """Closes batches; who calls ``begin`` or ``go_on`` holds the till's turn.

    Attributes:
        first: What is done before a batch is closed; the host has been reached then.
    """

    def __init__(
        self, clock: Clock, *, personality: Personality, storage: Storage, acquiring: Acquiring,
        comms: Comms, screen: Screen, alarms: Alarms, log: Log, till: Turn,
        on_change: Callable[[], None],
    ) -> None:  # fmt: skip
        self._clock = clock
        self._times = personality.times
        self._storage = storage
        self._acquiring = acquiring
        self._comms = comms
        self._screen = screen
        self._alarms = alarms
        self._log = log
        self._till = till
        self._on_change = on_change
        self.first: Callable[[], None] = nothing
        self._next_try = 0.0
        self._woken = clock.signal("a batch to close")

    @property
    def under_way(self) -> bool:
        """Whether a batch is being closed."""
        return self._storage.closing is not None

    def begin(self) -> None:
        """From now on the open batch takes nothing more."""
        self.first()
        self._storage.save_closing(Closing(self._storage.batch))

    def go_on(self) -> bool:
        """To the end, from wherever it is; whether the host found the totals. Raises Stop."""
        self._next_try = self._clock.now() + self._times.reversal_every
        self._clock.call_at(self._next_try, self._woken.notify)
        closing = self._storage.closing
        assert closing is not None  # noqa: S101 - the caller has looked
        balanced = closing.uploaded is None and self.agree(self._storage.totals())
        if not balanced:
            self._alarms.begin("unbalanced", f"batch={closing.batch:06d}: uploading its items")
            self._upload(closing)
        self._screen.show("settled")
        self.open_next()
        self._alarms.end("unbalanced")
        return balanced

    def run(self) -> None:
        """Go on with what was broken off, while nobody sells; a task of its own."""
        while True:
            self._woken.wait_for(self.is_due)
            with self._till.taken():
                self._on_change()
                self._try_again()
            self._on_change()

    def is_due(self) -> bool:
        """Whether there is something to go on with, and it can be now; debts come first."""
        idle = self._comms.online and not self._till.held and not self._storage.pending
        return idle and self.under_way and self._clock.now() >= self._next_try

    def wake(self) -> None:
        """Something has changed: look again."""
        self._woken.notify()

    def _try_again(self) -> None:
        try:
            self.go_on()
        except Stop as stop:
            self._log.say_warning("pay", f"batch not closed yet: {stop.cause}")

    def agree(self, totals: Totals) -> bool:
        """0500: whether the host has found the same."""
        storage = self._storage
        request = self._acquiring.settlement(storage.next_stan(), storage.batch, totals)
        try:
            _, flag = Totals.parse(self._ask(request).get(48))
        except Garbled as error:  # an answer that does not say what the host has found
            raise Stop("host_error") from error
        self._log.say("pay", f"settled batch={storage.batch:06d} flag={flag}")
        return flag == "1"

    def open_next(self) -> None:
        """The batch is closed; what it holds stays as it is."""
        self._storage.open_batch(self._storage.batch % 999_999 + 1)
        self._comms.broken()  # a new batch begins with a sign-on

    # --- the upload -------------------------------------------------------------------------

    def _upload(self, closing: Closing) -> None:
        """Every item that the host does not have yet, then the end."""
        storage, done = self._storage, closing.uploaded or 0
        if closing.uploaded is None:  # from now on it is not asked for its totals again
            storage.save_closing(Closing(closing.batch, 0))
        parcels = parcels_of(storage.journal)
        for number, parcel in enumerate(parcels):
            if number >= done:
                self._ask(self._message(parcel))
                storage.save_closing(Closing(storage.batch, number + 1))
        count = sum(len(parcel) for parcel in parcels)
        self._ask(self._acquiring.upload_end(
            storage.next_stan(), storage.batch, count, balanced=False
        ))  # fmt: skip
        self._log.say("pay", f"uploaded batch={storage.batch:06d} items={count}")

    def _message(self, parcel: list[Entry]) -> Message:
        if parcel[0].icc:
            return self._acquiring.item(parcel[0])
        return self._acquiring.items(self._storage.next_stan(), self._storage.batch, parcel)

    def _ask(self, request: Message) -> Message:
        """The answer, which says 00; raises Stop."""
        try:
            answer = self._comms.exchange(request, self._times.response)
        except (Unsent, NoAnswer, BadAnswer) as trouble:
            raise Stop(trouble.cause) from trouble
        if answer.get(39) != "00":
            if answers.expected(answer.get(39)) in NEED_SIGN_ON:
                self._comms.broken()
            raise refusal(answer.get(39))
        return answer


def parcels_of(journal: list[Entry]) -> list[list[Entry]]:
    """What goes into one message: of a stripe up to eight items, of a chip one."""
    items = [entry for entry in books.standing(journal) if TERMS[entry.deal].sign]
    plain = [entry for entry in items if not entry.icc]
    listed = [plain[at : at + ITEMS_AT_ONCE] for at in range(0, len(plain), ITEMS_AT_ONCE)]
    return [*listed, *([entry] for entry in items if entry.icc)]


def nothing() -> None:
    """For a terminal that has nothing else to hand in."""
