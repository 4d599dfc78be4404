"""The register's interface: frames on a serial line, by a profile; the terminal's side.

Source: ``fixtures/frames/<profile>.yaml`` (personality: ``frames``). The acknowledgements are of
frames, not of results: a sale stands when it is in the journal, whether its answer arrived or not,
and the register asks by its order number. The same order again is answered, not sold again.
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from harness.clock import Mailbox, Timer
from harness.errors import Garbled, PortLost
from harness.files import fixture, read_plain
from harness.model.register import DEALS
from harness.ports.base import Port
from harness.sim.terminal.outcome import Asked, Outcome, Telling
from harness.wire.frames_line import Event, Failed, Heard
from harness.wire.frames_numbered import make_line
from harness.wire.frames_profile import Profile, Result, read_profile

if TYPE_CHECKING:
    from harness.sim.terminal.firmware import Firmware

BUSY = Outcome("failed", 0)
TURNED_OVER = 2  # digits behind the point of amounts in major units


class Dialogue:
    """One register's connection.

    Attributes:
        cancelled: Whether the register wants the sale that runs to be aborted.
    """

    PROFILE: ClassVar[str] = ""

    def __init__(self, firmware: "Firmware", port: Port) -> None:
        self._firmware, self._clock, self._port = firmware, firmware.clock, port
        character: Mapping[str, Any] = firmware.personality.frames
        self._quirks = character
        self._profile = profile_of(self.PROFILE or str(character["profile"]))
        self._line = make_line(self._profile.frame, self._profile.handshake, register=False)
        self._commands: Mailbox[tuple[str, dict[str, str]]] = self._clock.mailbox("a request")
        self._asked = firmware.last_asked
        self._timer: Timer | None = None
        self._gone = False
        self._refused = ""  # the order that was told BUSY last
        self.cancelled = False
        self._acts: dict[str, Callable[[], Outcome]] = {
            "settle": lambda: firmware.settlement.settle(self),
            "sign_on": lambda: firmware.settlement.sign_on(self),
            "sign_off": lambda: firmware.settlement.sign_off(self),
            "reprint": self._reprint,
        }

    # --- the line ---------------------------------------------------------------------------

    def read(self) -> None:
        """Take what the register sends; a task of its own."""
        while not self._gone:
            try:
                chunk = self._port.read()
            except PortLost:
                break
            if chunk is not None:
                self._line.busy = self._firmware.payment.turn.held
                self._pump(self._line.feed(chunk.data, self._clock.now()))
        self._gone = True
        self._commands.put(("", {}))

    def _pump(self, events: list[Event]) -> None:
        """Act on what the line tells, write what it says, and look again when it is due."""
        for event in events:
            if isinstance(event, Heard):
                self._sort(event.body)
            elif isinstance(event, Failed):
                self._firmware.log.say_warning("reg", f"register: {event.why}")
        octets = self._line.take()
        try:
            if octets and not self._gone:
                self._port.write(octets)
        except PortLost:
            self._gone = True
        if self._timer is not None:
            self._timer.cancel()
        due = self._line.due
        self._timer = None if due is None or self._gone else self._clock.call_at(due, self._look)

    def _look(self) -> None:
        self._timer = None
        if self._firmware.board.running is self._firmware:
            self._pump(self._line.pass_time(self._clock.now()))

    def _sort(self, body: bytes) -> None:
        try:
            asked = self._profile.ask.decode(body, TURNED_OVER)
        except Garbled as error:
            self._firmware.log.say_warning("reg", str(error))
            return
        meant = self._profile.meaning(asked)
        if meant == "cancel":
            self._asked.cancel(asked.get("order", ""))
        elif meant in ("query", "status"):
            self._tell(asked, *(self._found(asked) if meant == "query" else self._state()))
        else:
            self._commands.put((meant, asked))

    # --- what is asked ----------------------------------------------------------------------

    def run(self) -> None:
        """Carry out requests until the register goes."""
        while not self._gone:
            command = self._commands.get()
            if command is not None and not self._gone:
                self._carry_out(*command)
        self._port.close()

    def _carry_out(self, meant: str, asked: dict[str, str]) -> None:
        order = asked.get("order", "")
        known = self._asked.of(order) if order else None
        if known is not None:  # asked again: answered, not done again
            self._answer(asked, *self._found(asked))
        elif self._firmware.payment.turn.held or (order and order == self._refused):
            self._refused = order  # a repetition, whose acknowledgement was lost, is not sold
            self._answer(asked, BUSY, self._profile.result_for("failed"), "BUSY")
        elif meant in DEALS:
            self._deal(meant, asked, order)
        elif meant in self._acts:
            self._say(asked, self._acts[meant]())
        else:
            self._answer(asked, BUSY, self._profile.result_for("failed"), "NOT POSSIBLE HERE")

    def _deal(self, deal: Any, asked: dict[str, str], order: str) -> None:
        original = int(asked.get("original") or 0)
        original = original or self._asked.stan_of(asked.get("original_order", ""))
        self.cancelled = False
        if order:
            self._asked.begin(order, self._cancel)
        wanted = Asked(deal, int(asked.get("amount") or 0), stan=original)
        outcome = self._firmware.payment.transact(wanted, self)
        if order:
            self._asked.end(order, outcome)
        self._say(asked, outcome)

    def _cancel(self) -> None:
        self.cancelled = True
        self._firmware.slot.changed.notify()

    def _reprint(self) -> Outcome:
        entry = self._firmware.payment.reprint()
        return BUSY if entry is None else Outcome("approved", entry.amount, stan=entry.stan)

    def _found(self, asked: dict[str, str]) -> tuple[Outcome, Result, str]:
        """What became of an order."""
        found = self._asked.of(asked.get("order", ""))
        if found == "running":
            return BUSY, self._profile.result_for("unknown"), "STILL UNDER WAY"
        if found is None:
            return BUSY, self._profile.result_for("failed", "original_unknown"), "NOT FOUND"
        return found, self._result(found), self._text(found.cause)

    def _state(self) -> tuple[Outcome, Result, str]:
        word, cause = self._firmware.state.for_register()
        if cause:
            self._firmware.alarms.told(cause)
        outcome = Outcome("approved" if word in ("ready", "card_in") else "failed", 0, cause)
        return outcome, self._result(outcome), self._text(cause) or word.upper()

    # --- what is told -----------------------------------------------------------------------

    def _say(self, asked: dict[str, str], outcome: Outcome) -> None:
        self._answer(asked, outcome, self._result(outcome), self._text(outcome.cause))

    def _answer(self, asked: dict[str, str], outcome: Outcome, result: Result, text: str) -> None:
        """The answer to a request, with this model's bad habits."""
        if self._quirks.get("late"):
            self._clock.sleep(float(self._quirks["late"]))
        if self._quirks.get("garbage") and not self._gone:
            try:
                self._port.write(self._firmware.board.rng.randbytes(int(self._quirks["garbage"])))
            except PortLost:
                self._gone = True
        for _ in range(2 if self._quirks.get("twice") else 1):
            self._tell(asked, outcome, result, text)

    def _tell(self, asked: dict[str, str], outcome: Outcome, result: Result, text: str) -> None:
        hidden = f"{outcome.pan[:6]}******{outcome.pan[-4:]}" if outcome.pan else ""
        values = {
            **asked, "code": result.code, "status": result.status, "text": text[:40],
            "amount": str(outcome.amount or asked.get("amount") or 0), "stan": str(outcome.stan),
            "receipt": str(outcome.receipt), "auth": outcome.auth, "card": hidden,
        }  # fmt: skip
        self._line.send(self.layout(asked).encode(values, TURNED_OVER), self._clock.now())
        self._pump([])

    def layout(self, asked: Mapping[str, str]) -> Any:
        """Which of its answers it gives."""
        return self._profile.answers[0]

    def _result(self, outcome: Outcome) -> Result:
        cause = self._firmware.alarms.called(outcome.cause)
        return self._profile.result_for(outcome.outcome, cause, outcome.response)

    def _text(self, cause: str) -> str:
        if not cause:
            return ""
        alarm = self._firmware.alarms.alarm(cause)
        return f"{alarm.code} {alarm.text}"

    # --- a register, for the firmware -------------------------------------------------------

    def tell(self, what: Telling) -> None:
        """These protocols have no word for it."""

    def confirm(self, outcome: Outcome) -> bool:
        """Nothing is asked of the register: the sale stands."""
        return True


def profile_of(word: str) -> Profile:
    """A profile of the project's own."""
    return read_profile(word, lambda one: read_plain(fixture("frames", f"{one}.yaml")))
