"""What a terminal writes to a ZVT register of its transactions, its state and its batch.

Source: ZVT PA00P015: 3.1 (04 0F), 2.56.5 (status), 9.4 (TLV 1F16, 1F17, 1F1F, 1F44, 1F55), 10.
"""

from typing import TYPE_CHECKING

from harness.sim.terminal.outcome import Outcome
from harness.sim.terminal.state import Readiness
from harness.wire import tlv, zvt, zvt_codes, zvt_messages
from harness.wire.subfields import Totals

if TYPE_CHECKING:
    from harness.sim.terminal.firmware import Firmware

#: Terminal status; trouble has its cause's own.
READINESS: dict[Readiness, int] = {"ready": 0x00, "busy": 0x9C, "card_in": 0xDC}
SUCCESS, NOT_POSSIBLE = 0x00, 0x83
EXTENDED_CODE, EXTENDED_TEXT = 0x1F16, 0x1F17  # what one byte cannot say
UNIQUE, TERMINAL_ID, LOCKS = 0x1F1F, 0x1F44, 0x1F55
ONLINE, CHIP_READ, STRIPE_READ = b"\x60", b"\x10", b"\x00"  # BMP 19
#: 29 is BCD and a TID may have letters.
DIGITS_ONLY = {ord(char): "0" for char in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}
HIDDEN = "*" * 6
Rows = dict[int, bytes]
Objects = list[tuple[int, bytes]]


class Answers:
    """Writes what one register may read.

    Attributes:
        containers: Whether the register takes TLV containers (9.2.2).
        currency: Whether it named one: only then it is told one (3.1.1).
    """

    def __init__(self, firmware: "Firmware") -> None:
        self._firmware = firmware
        self.containers = False
        self.currency = False

    # --- fields -----------------------------------------------------------------------------

    def fields(self, rows: Rows, objects: Objects | None = None) -> bytes:
        """BMPs, and a container where the register takes one and there is something for it."""
        if self.containers and objects:
            rows = {**rows, zvt.TLV_CONTAINER: tlv.build(objects)}
        return zvt.write_fields(rows)

    def extended(self, cause: str) -> Objects:
        """The terminal's own code and text: a byte cannot tell them all."""
        if not cause:
            return []
        alarm = self._firmware.alarms.alarm(cause)
        code = bytes.fromhex(alarm.code.lstrip("E").zfill(4))
        return [(EXTENDED_CODE, code), (EXTENDED_TEXT, alarm.text.encode("cp437", "replace"))]

    def terminal_id(self) -> bytes:
        """BMP 29."""
        return bytes.fromhex(self._firmware.who.tid[-8:].translate(DIGITS_ONLY))

    def money(self) -> bytes:
        """BMP 49."""
        return zvt.bcd(int(self._firmware.who.currency), 2)

    def moment(self) -> Rows:
        """BMPs 0C and 0D."""
        now = self._firmware.wall_time()
        return {
            zvt.TIME: bytes.fromhex(now.strftime("%H%M%S")),
            zvt.DATE: bytes.fromhex(now.strftime("%m%d")),
        }

    # --- results ----------------------------------------------------------------------------

    def result_code(self, outcome: Outcome) -> int:
        """BMP 27 and the abort code: the host's number where ZVT knows it, else by cause."""
        if outcome.outcome == "approved":
            return SUCCESS
        if outcome.response.isdecimal():
            number = int(outcome.response)
            if outcome.outcome == "declined" or number in zvt_codes.HOST_RESULTS:
                return number
        return self.code_of(outcome.cause)

    def code_of(self, cause: str) -> int:
        """The result code that comes nearest to a cause."""
        return self._firmware.alarms.alarm(cause).result if cause else NOT_POSSIBLE

    def result(self, outcome: Outcome) -> bytes:
        """The data of 04 0F after a transaction."""
        amount = outcome.amount if outcome.balance is None else outcome.balance
        rows = {
            zvt.RESULT: bytes([self.result_code(outcome)]),
            zvt.AMOUNT: zvt.bcd(amount, 6),
            zvt.TRACE: zvt.bcd(outcome.stan, 3),
            **self.moment(),
            zvt.STATUS_BYTE: ONLINE,
            zvt.TERMINAL_ID: self.terminal_id(),
        }
        objects = self.extended(outcome.cause)
        if self.currency:
            rows[zvt.CURRENCY] = self.money()
        if outcome.receipt:
            rows[zvt.RECEIPT] = number = zvt.bcd(outcome.receipt, 2)
            objects.append((UNIQUE, number))
        if outcome.pan:
            rows[zvt.PAN] = self.masked(outcome.pan)
        if outcome.auth:
            rows[zvt.AUTH_CODE] = outcome.auth.encode("ascii", "replace")[:8].ljust(8, b"\0")
        if outcome.cause:
            text = self._firmware.alarms.alarm(outcome.cause).text
            rows[zvt.TEXT] = text.encode("cp437", "replace")
        return self.fields(rows, objects)

    def masked(self, pan: str) -> bytes:
        """BMP 22 of a number that is masked already, or of a whole one."""
        return zvt.masked_pan(pan[:6] + HIDDEN + pan[-4:])

    def card(self, entry: str, pan: str) -> bytes:
        """The data of 04 0F after a card was read: no track leaves the terminal."""
        kind = CHIP_READ if entry == "chip" else STRIPE_READ
        return self.fields({
            zvt.RESULT: bytes([SUCCESS]), zvt.STATUS_BYTE: kind, zvt.PAN: self.masked(pan),
        })  # fmt: skip

    def totals(self, totals: Totals, span: tuple[int, int], cause: str = "") -> bytes:
        """The data of 04 0F after an end of day or a question for totals."""
        net = max(0, totals.debit - totals.credit)
        others = ((0, 0),) * (zvt_messages.BRANDS - 1)
        single = zvt_messages.SingleTotals(
            *span, (*others, (totals.debits + totals.credits, net))
        )  # fmt: skip
        rows = {
            zvt.RESULT: bytes([SUCCESS]),
            zvt.AMOUNT: zvt.bcd(net, 6),
            zvt.SINGLE_TOTALS: zvt_messages.write_totals(single),
            **self.moment(),
        }
        return self.fields(rows, self.extended(cause))

    # --- state ------------------------------------------------------------------------------

    def registered(self) -> bytes:
        """The data of the completion of 06 00."""
        rows = {zvt.STATUS_BYTE: b"\x00", zvt.TERMINAL_ID: self.terminal_id()}
        if self.currency:
            rows[zvt.CURRENCY] = self.money()
        return self.fields(rows)

    def status(self, *, version: bool, locks: bool) -> tuple[zvt.Apdu, str]:
        """The completion of 05 01, and the cause that it tells."""
        firmware = self._firmware
        word, cause = firmware.state.for_register()
        status = firmware.alarms.alarm(cause).result if cause else READINESS[word]
        objects = self.extended(cause)
        if locks:
            locked = map(firmware.alarms.called, firmware.alarms.active)
            said = zvt_codes.locks_of(locked)
            objects += [(TERMINAL_ID, self.terminal_id()), (LOCKS, said)]
        tail = self.fields({}, objects)
        said_version = firmware.version if version else ""
        return zvt_messages.write_status_answer(status, said_version, tail), cause
