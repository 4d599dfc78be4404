"""The register's interface: ZVT over TCP, the terminal's (PT) side.

Source: ZVT PA00P015: 2.2 authorisation with its integrity rules 2.2.6, 2.2.8 and 2.2.9, 3 (what the
PT sends by itself), 4 (mirrored receipt numbers); PA00P016, 5.2.5 (T3: the socket is closed).
A command is acknowledged; then the terminal is master of the dialogue until 06 0F or 06 1E, and the
register acknowledges each message. One dialogue at a time on the whole terminal.
"""

from typing import TYPE_CHECKING, ClassVar

from harness.clock import Mailbox
from harness.errors import Garbled, PortLost, PortTimeout
from harness.ports.base import Port
from harness.sim.terminal.outcome import Outcome, Telling
from harness.sim.terminal.printer import receipt_lines
from harness.sim.terminal.records import Entry
from harness.sim.terminal.registers._zvt_acts import Refused
from harness.sim.terminal.registers._zvt_answers import NOT_POSSIBLE, Answers
from harness.sim.terminal.registers._zvt_commands import Commands
from harness.sim.terminal.turn import Turn
from harness.wire import zvt, zvt_messages

if TYPE_CHECKING:
    from harness.sim.terminal.firmware import Firmware

#: Intermediate status, 3.7; what has none of its own is "please wait".
STATUS: dict[Telling, int] = {
    "insert_card": 0x0A, "card_again": 0x0C, "remove_card": 0x0B, "waiting_for_host": 0x04,
    "reversing": 0x05,
}  # fmt: skip
WAIT = 0x0E
#: Config byte of 06 00: who prints payment receipts, how, and whether 04 FF is wanted.
PRINTS_RECEIPTS, WANTS_STATUS, BY_LINES = 0x02, 0x08, 0x80
PLEASE_WAIT = 0x9C
AGAIN = 2.0  # s until a result is told again to a register that is not ready for it (2.2.6)
PULSE = 30.0  # s between two 04 FF while nothing new is to be said


class Dialogue:
    """One register's connection.

    Attributes:
        firmware: Whose it is.
        answers: Writes what is said.
        cancelled: Whether 06 B0 came since the last command, or the register has gone.
        hangs_up: Whether silence for T3 ends the connection.
    """

    hangs_up = True
    Answers: ClassVar[type[Answers]] = Answers
    Commands: ClassVar[type[Commands]] = Commands

    def __init__(self, firmware: "Firmware", port: Port) -> None:
        self.firmware = firmware
        self._clock = firmware.clock
        self._port = port
        self._inbox: Mailbox[zvt.Apdu] = self._clock.mailbox("a command of the register")
        self._acks: Mailbox[zvt.Apdu] = self._clock.mailbox("an acknowledgement of the register")
        self._line = Turn(self._clock, "the register's line")
        self._gone = self._aborted = self._busy = self._ending = self._mirrors = False
        self._status, self._begun = WAIT, 0
        self._most_again: int | None = None
        self.answers = self.Answers(firmware)
        self.answers.containers = firmware.register_containers
        self._configure(firmware.register_config)
        self._commands = self.Commands(self)

    # --- what comes -------------------------------------------------------------------------

    def read(self) -> None:
        """Sort what the register sends; a task of its own."""
        deframer = zvt.Deframer()
        while not self._gone:
            try:
                chunk = self._port.read()
                for apdu in deframer.feed(chunk.data) if chunk else ():
                    self._sort(apdu)
            except (PortLost, Garbled):
                self._part()

    def _part(self) -> None:
        if self._gone:
            return
        self._gone = True
        self._acks.put(zvt.refuse(NOT_POSSIBLE))
        self._inbox.put(zvt.Apdu(0))
        self.firmware.slot.changed.notify()
        self._port.close()

    def _sort(self, apdu: zvt.Apdu) -> None:
        if apdu.command == zvt.ACKNOWLEDGED or apdu.refusal is not None:
            self._busy = self._busy and not self._ending
            self._acks.put(apdu)
        elif apdu.command == zvt.ABORT_BY_ECR:
            self.abort_asked()
        elif self._busy:
            self._write(zvt.refuse(PLEASE_WAIT))  # the terminal is master now
        else:
            self._busy = True
            self._aborted = self._ending = self._mirrors = False
            self._most_again, self._status = None, WAIT
            self._inbox.put(apdu)

    def abort_asked(self) -> None:
        """06 B0."""
        self._aborted = True
        self._write(zvt.ACK)
        self.firmware.slot.changed.notify()

    @property
    def cancelled(self) -> bool:
        """A command whose connection is gone counts as broken off (PA00P016, 5.2.5)."""
        return self._aborted or self._gone

    def is_cancelled(self) -> bool:
        return self.cancelled

    def run(self) -> None:
        """Carry out commands until the register goes."""
        while not self._gone:
            apdu = self._inbox.get()
            if apdu is not None and not self._gone:
                self._carry_out(apdu)
                self._busy = self._ending = False
        self._port.close()

    def _carry_out(self, apdu: zvt.Apdu) -> None:
        others = self.firmware.payment.turn.held and apdu.command != zvt.STATUS_ENQUIRY
        try:
            self._commands.carry_out(apdu, PLEASE_WAIT if others else None)
        except Refused as refused:
            self._busy = False
            self._write(refused.apdu)

    # --- what goes --------------------------------------------------------------------------

    def _write(self, apdu: zvt.Apdu) -> None:
        if self._gone:
            return
        try:
            self._port.write(apdu.to_bytes())
        except PortLost:
            self._part()
        except PortTimeout:
            pass  # T3 tells

    def accept(self, *, last: bool = False) -> None:
        """80 00 00; the last word of some commands."""
        self._busy = not last
        self._write(zvt.ACK)

    def say(self, apdu: zvt.Apdu) -> zvt.Apdu | None:
        """Send and wait for the answer, T3 at most; None where there was none."""
        with self._line.taken():
            while len(self._acks):
                self._acks.get()
            self._write(apdu)
            if self._gone:
                return None
            until = self._clock.now() + self.firmware.times.acknowledgement
            answer = self._acks.get(until)
        if answer is None and self.hangs_up:
            self._part()
        return None if self._gone else answer

    def say_last(self, apdu: zvt.Apdu) -> bool:
        """The end of the dialogue; whether the register acknowledged it."""
        self._ending = True
        return is_yes(self.say(apdu))

    def complete(self, payload: bytes = b"") -> bool:
        """06 0F."""
        return self.say_last(zvt.Apdu(zvt.COMPLETION, payload))

    def abort(self, payload: bytes) -> None:
        """06 1E."""
        self.say_last(zvt.Apdu(zvt.ABORT_BY_PT, payload))

    def begin(self, *, mirrors: bool, fields: zvt.Fields) -> None:
        """What begins may take long: 04 FF is said now and then, so that T4 does not run out."""
        self._mirrors = mirrors
        self._most_again = fields.byte(zvt.MOST_STATUS)
        self._begun += 1
        if self._wants_status:
            self.firmware.board.spawn("register pulse", self._pulse)

    def _pulse(self) -> None:
        begun = self._begun
        while True:
            self._clock.sleep(PULSE)
            if self._begun != begun or not self._busy or self._ending or self._gone:
                return
            if not self._line.held:
                self.say(zvt.Apdu(zvt.INTERMEDIATE_STATUS, bytes([self._status])))

    def tell(self, what: Telling) -> None:
        """04 FF, where the register asked for them."""
        self._status = STATUS.get(what, WAIT)
        if self._wants_status and not self._gone:
            self.say(zvt.Apdu(zvt.INTERMEDIATE_STATUS, bytes([self._status])))

    # --- results ----------------------------------------------------------------------------

    def confirm(self, outcome: Outcome) -> bool:
        """04 0F and the receipt; 2.2.8: without all acknowledgements the sale does not stand.

        4.2: unless the register mirrors receipt numbers; then the next transaction undoes it.
        """
        heard = self.tell_result(outcome)
        if heard and self._by_lines and outcome.outcome == "approved" and outcome.receipt:
            heard = self._print_for(outcome)
        return heard or self._mirrors

    def tell_result(self, outcome: Outcome) -> bool:
        """04 0F, again after each 84 9C (2.2.6); whether the register took it."""
        again = 0
        while True:
            answer = self.say(zvt.Apdu(zvt.STATUS_INFORMATION, self.answers.result(outcome)))
            if answer is None or answer.refusal != PLEASE_WAIT:
                return is_yes(answer)
            again += 1
            if self._most_again is not None and again > self._most_again:
                return False
            self._clock.sleep(AGAIN)

    def _print_for(self, outcome: Outcome) -> bool:
        """3.5: the receipt line by line; a register that cannot print says no.

        It comes before the journal's record, for without it there is none (2.2.8).
        """
        firmware = self.firmware
        sale = firmware.storage.pending.get(outcome.stan)
        entry = Entry(
            outcome.stan, firmware.storage.batch, outcome.amount, outcome.pan, outcome.outcome,
            sale.entry if sale is not None else "", auth=outcome.auth, receipt=outcome.receipt,
            deal=outcome.deal, time=firmware.wall_time().isoformat(sep=" ", timespec="seconds"),
        )  # fmt: skip
        return self._say_lines(receipt_lines(entry, firmware.who.tid, copy=False))

    def print_copy(self) -> None:
        """The last receipt again, here or at the register."""
        if not self._by_lines:
            self.firmware.payment.reprint()
            return
        entry = self.firmware.receipts.last()
        if entry is not None:
            self._say_lines(receipt_lines(entry, self.firmware.who.tid, copy=True))

    def _say_lines(self, texts: list[str]) -> bool:
        ends = range(1, len(texts) + 1)
        lines = [
            zvt_messages.write_print_line(text, last=at == len(texts))
            for at, text in zip(ends, texts, strict=True)
        ]
        return all(is_yes(self.say(line)) for line in lines)

    # --- settings ---------------------------------------------------------------------------

    def configure(self, config: int, *, containers: bool) -> None:
        """What a registration or a log-off sets; it outlasts a restart."""
        self.firmware.registered(config, containers=containers)
        self.answers.containers = containers
        self._configure(config)

    def _configure(self, config: int) -> None:
        self._wants_status = bool(config & WANTS_STATUS)
        self._by_lines = config & (PRINTS_RECEIPTS | BY_LINES) == PRINTS_RECEIPTS | BY_LINES
        self.firmware.printer.elsewhere = bool(config & PRINTS_RECEIPTS)


def is_yes(answer: zvt.Apdu | None) -> bool:
    """80 00 and 84 00 (2.2.6)."""
    return answer is not None and (answer.command == zvt.ACKNOWLEDGED or answer.refusal == 0)
