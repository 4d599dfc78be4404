"""The register's interface: ZVT over TCP, the terminal's (PT) side.

Source: ZVT PA00P015: 2.1 registration, 2.2 authorisation and its integrity rules 2.2.8 and 2.2.9,
2.36 repeat receipt, 2.55 status enquiry, 3 (what the PT sends by itself), 10 (results).
A command is acknowledged; then the terminal is master of the dialogue until 06 0F or 06 1E, and the
register acknowledges each message. One dialogue at a time on the whole terminal.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from harness.clock import Mailbox
from harness.errors import Garbled, PortLost
from harness.ports.base import Port
from harness.sim.terminal.outcome import Outcome, Telling
from harness.sim.terminal.state import Readiness
from harness.wire import tlv, zvt, zvt_codes, zvt_messages

if TYPE_CHECKING:
    from harness.sim.terminal.firmware import Firmware

#: Intermediate status, PA00P015, 3.7.
STATUS: dict[Telling, int] = {
    "insert_card": 0x0A, "card_again": 0x0C, "remove_card": 0x0B, "waiting_for_host": 0x04,
    "reversing": 0x05,
}  # fmt: skip
#: Terminal status, 2.55; trouble has its cause's own.
READINESS: dict[Readiness, int] = {"ready": 0x00, "busy": 0x9C, "card_in": 0xDC}
WANTS_STATUS = 0x08  # config byte of 06 00: the register wants 04 FF
NOT_POSSIBLE, PLEASE_WAIT, WRONG_PASSWORD = 0x83, 0x9C, 0x85
SUCCESS, NO_RECEIPT = 0x00, 0x83
#: 29 is BCD and a TID may have letters.
DIGITS_ONLY = {ord(char): "0" for char in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}
EXTENDED_CODE, EXTENDED_TEXT = 0x1F16, 0x1F17  # TLV: what one byte cannot say


class Dialogue:
    """One register's connection.

    Attributes:
        cancelled: Whether 06 B0 came since the last command.
    """

    def __init__(self, firmware: "Firmware", port: Port) -> None:
        self._firmware = firmware
        self._clock = firmware.clock
        self._port = port
        self._commands: Mailbox[zvt.Apdu] = self._clock.mailbox("a command of the register")
        self._acks: Mailbox[zvt.Apdu] = self._clock.mailbox("an acknowledgement of the register")
        self._gone = False
        self._wants_status = bool(firmware.register_config & WANTS_STATUS)
        self.cancelled = False
        self._acts: dict[int, Callable[[bytes, zvt.Fields], None]] = {
            zvt.REGISTRATION: self._register,
            zvt.AUTHORISATION: self._authorise,
            zvt.STATUS_ENQUIRY: self._status,
            zvt.REPEAT_RECEIPT: self._repeat,
            zvt.END_OF_DAY: self._end_of_day,
            zvt.DIAGNOSIS: self._diagnosis,
            zvt.SOFTWARE_UPDATE: self._update,
            zvt.LOG_OFF: self._log_off,
        }

    # --- what comes -------------------------------------------------------------------------

    def read(self) -> None:
        """Sort what the register sends; a task of its own."""
        deframer = zvt.Deframer()
        while True:
            try:
                chunk = self._port.read()
                for apdu in deframer.feed(chunk.data) if chunk else ():
                    self._sort(apdu)
            except (PortLost, Garbled):
                self._gone = True
                self._acks.put(zvt.refuse(NOT_POSSIBLE))
                self._commands.put(zvt.Apdu(0))
                return

    def _sort(self, apdu: zvt.Apdu) -> None:
        if apdu.command == zvt.ACKNOWLEDGED or apdu.refusal is not None:
            self._acks.put(apdu)
        elif apdu.command == zvt.ABORT_BY_ECR:
            self.cancelled = True
            self._write(zvt.ACK)
            self._firmware.slot.changed.notify()
        else:
            self._commands.put(apdu)

    def run(self) -> None:
        """Carry out commands until the register goes."""
        while not self._gone:
            apdu = self._commands.get()
            if apdu is not None and not self._gone:
                self._carry_out(apdu)
        self._port.close()

    def _carry_out(self, apdu: zvt.Apdu) -> None:
        act = self._acts.get(apdu.command)
        busy = self._firmware.payment.turn.held and apdu.command != zvt.STATUS_ENQUIRY
        if act is None:
            self._write(zvt.refuse(NOT_POSSIBLE))
        elif busy:
            self._write(zvt.refuse(PLEASE_WAIT))
        else:
            self.cancelled = False
            try:
                fields = zvt.read_fields(apdu.payload)
            except Garbled:
                fields = zvt.Fields()
            act(apdu.payload, fields)

    # --- what goes --------------------------------------------------------------------------

    def _write(self, apdu: zvt.Apdu) -> None:
        if self._gone:
            return
        try:
            self._port.write(apdu.to_bytes())
        except PortLost:
            self._gone = True

    def _send(self, apdu: zvt.Apdu) -> bool:
        """Send and wait for the acknowledgement, T3 at most; whether it came."""
        while len(self._acks):
            self._acks.get()
        self._write(apdu)
        if self._gone:
            return False
        until = self._clock.now() + self._firmware.times.acknowledgement
        answer = self._acks.get(until)
        return answer is not None and answer.command == zvt.ACKNOWLEDGED

    def tell(self, what: Telling) -> None:
        """04 FF, where the register asked for them."""
        if self._wants_status and not self._gone:
            self._send(zvt.Apdu(zvt.INTERMEDIATE_STATUS, bytes([STATUS[what]])))

    def confirm(self, outcome: Outcome) -> bool:
        """04 0F; PA00P015, 2.2.8: without an acknowledgement the sale does not stand."""
        return self._send(zvt.Apdu(zvt.STATUS_INFORMATION, self._result_fields(outcome)))

    def _complete(self, payload: bytes = b"") -> None:
        self._send(zvt.Apdu(zvt.COMPLETION, payload))

    def _abort(self, code: int, cause: str = "") -> None:
        self._send(zvt.Apdu(zvt.ABORT_BY_PT, bytes([code]) + self._extended(cause)))

    def _result_fields(self, outcome: Outcome) -> bytes:
        now = self._firmware.wall_time()
        rows = {
            zvt.RESULT: bytes([self.result_code(outcome)]),
            zvt.AMOUNT: zvt.bcd(outcome.amount, 6),
            zvt.CURRENCY: zvt.bcd(int(self._firmware.who.currency), 2),
            zvt.TRACE: zvt.bcd(outcome.stan, 3),
            zvt.TIME: bytes.fromhex(now.strftime("%H%M%S")),
            zvt.DATE: bytes.fromhex(now.strftime("%m%d")),
        }
        if outcome.receipt:
            rows[zvt.RECEIPT] = zvt.bcd(outcome.receipt, 2)
        if outcome.pan:
            hidden = "*" * 6
            rows[zvt.PAN] = zvt.masked_pan(outcome.pan[:6] + hidden + outcome.pan[-4:])
        if outcome.cause:
            text = self._firmware.alarms.alarm(outcome.cause).text.encode("cp437", "replace")
            rows[zvt.TEXT] = text
        return zvt.write_fields(rows) + self._extended(outcome.cause)

    def _extended(self, cause: str) -> bytes:
        """The terminal's own code and text in a TLV container: a byte cannot tell them all."""
        if not cause:
            return b""
        alarm = self._firmware.alarms.alarm(cause)
        code = bytes.fromhex(alarm.code.lstrip("E").zfill(4))
        rows = [(EXTENDED_CODE, code), (EXTENDED_TEXT, alarm.text.encode("cp437", "replace"))]
        return zvt.write_fields({zvt.TLV_CONTAINER: tlv.build(rows)})

    def result_code(self, outcome: Outcome) -> int:
        """BMP 27 and the abort code: the host's number where ZVT knows it, else by cause."""
        if outcome.outcome == "approved":
            return SUCCESS
        if outcome.response.isdecimal():
            number = int(outcome.response)
            if outcome.outcome == "declined" or number in zvt_codes.HOST_RESULTS:
                return number
        return self._firmware.alarms.alarm(outcome.cause).result if outcome.cause else NOT_POSSIBLE

    # --- commands ---------------------------------------------------------------------------

    def _register(self, payload: bytes, fields: zvt.Fields) -> None:
        firmware = self._firmware
        if payload[:3].hex() != firmware.who.password:
            self._write(zvt.refuse(WRONG_PASSWORD))
            return
        self._write(zvt.ACK)
        config = payload[3] if len(payload) > 3 else 0
        self._wants_status = bool(config & WANTS_STATUS)
        firmware.registered(config)
        self._complete(
            zvt.write_fields({
                zvt.STATUS_BYTE: b"\x00",
                zvt.TERMINAL_ID: bytes.fromhex(firmware.who.tid[-8:].translate(DIGITS_ONLY)),
                zvt.CURRENCY: zvt.bcd(int(firmware.who.currency), 2),
            })
        )  # fmt: skip

    def _authorise(self, payload: bytes, fields: zvt.Fields) -> None:
        try:
            amount = fields.number(zvt.AMOUNT)
        except Garbled:
            amount = None
        if amount is None:
            self._write(zvt.refuse(NOT_POSSIBLE))
            return
        self._write(zvt.ACK)
        self._finish(self._firmware.payment.sell(amount, self))

    def _finish(self, outcome: Outcome) -> None:
        if outcome.outcome == "approved":
            self._complete()
            return
        self.confirm(outcome)
        self._abort(self.result_code(outcome), outcome.cause)

    def _status(self, payload: bytes, fields: zvt.Fields) -> None:
        self._write(zvt.ACK)
        word, cause = self._firmware.state.for_register()
        status = self._firmware.alarms.alarm(cause).result if cause else READINESS[word]
        answer = zvt_messages.write_status_answer(status, self._firmware.version, self._extended(cause))
        if self._send(answer) and cause:
            self._firmware.alarms.told(cause)

    def _repeat(self, payload: bytes, fields: zvt.Fields) -> None:
        """What became of the last transaction: how a register resyncs (2.2.9)."""
        self._write(zvt.ACK)
        last = self._firmware.settlement.last_outcome()
        if last is None:
            self._abort(NO_RECEIPT)
            return
        if self.confirm(last) and last.outcome == "approved":
            self._firmware.payment.reprint()
        self._complete()

    def _end_of_day(self, payload: bytes, fields: zvt.Fields) -> None:
        self._write(zvt.ACK)
        self._finish(self._firmware.settlement.settle(self))

    def _diagnosis(self, payload: bytes, fields: zvt.Fields) -> None:
        self._write(zvt.ACK)
        cause = self._firmware.comms.wanted()
        if cause is None:
            self._complete()
        else:
            self._abort(self._firmware.alarms.alarm(cause).result, cause)

    def _update(self, payload: bytes, fields: zvt.Fields) -> None:
        self._write(zvt.ACK)
        self._firmware.upkeep.look_now()
        self._complete()

    def _log_off(self, payload: bytes, fields: zvt.Fields) -> None:
        self._write(zvt.ACK)
        self._complete()
