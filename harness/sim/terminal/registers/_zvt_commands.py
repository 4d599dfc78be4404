"""What a ZVT register may ask of the terminal: one row a command.

Source: ZVT PA00P015, 2 (commands), 13 (unknown BMPs are refused).
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from harness.errors import Garbled
from harness.model.register import Deal
from harness.sim.terminal.card_read import CardTrouble
from harness.sim.terminal.registers._zvt_acts import (
    ABORTED,
    PROTOCOL_ERROR,
    WRONG_CURRENCY,
    Refused,
)
from harness.sim.terminal.registers._zvt_answers import NOT_POSSIBLE
from harness.sim.terminal.registers._zvt_files import FileActs
from harness.sim.terminal.registers._zvt_money import MoneyActs
from harness.wire import zvt

if TYPE_CHECKING:
    from harness.sim.terminal.registers.zvt import Dialogue

LOGGED_OFF = 0x86  # the config byte after 06 02
PASSWORD = 3  # bytes
NO_VERSION, LOCKS_PLEASE = 0x02, 0x04  # service byte of 05 01
HOST_SIGN_OFF = 0x0F02  # class 0F is the makers' own
#: Command -> transaction, and whether it begins with the password.
DEALS: dict[int, tuple[Deal, bool]] = {
    zvt.AUTHORISATION: ("sale", False), zvt.REVERSAL: ("void", True),
    zvt.REFUND: ("refund", True), zvt.PREAUTHORISATION: ("preauth", False),
    zvt.BOOK_TOTAL: ("completion", False), zvt.BALANCE: ("balance", False),
    zvt.PREAUTHORISATION_REVERSAL: ("preauth_void", False),
}  # fmt: skip
Act = Callable[[bytes, zvt.Fields], None]


class Commands(MoneyActs, FileActs):
    """Carries them out, for one dialogue."""

    def __init__(self, dialogue: "Dialogue") -> None:
        super().__init__(dialogue)
        #: Command -> bytes before its BMPs, the act.
        self._rows: dict[int, tuple[int, Act]] = {
            zvt.REGISTRATION: (6, self._register),
            zvt.LOG_OFF: (0, self._log_off),
            zvt.STATUS_ENQUIRY: (PASSWORD, self._status),
            zvt.REPEAT_RECEIPT: (PASSWORD, self._repeat),
            zvt.REPRINT_RECEIPTS: (7, self._reprint),
            zvt.TOTALS: (PASSWORD, self._totals),
            zvt.END_OF_DAY: (PASSWORD, self._end_of_day),
            zvt.SEND_OFFLINE: (PASSWORD, self._send_offline),
            zvt.PARTIAL_REVERSAL: (0, self._open_preauthorisations),
            zvt.INITIALISATION: (PASSWORD, self._initialise),
            zvt.DIAGNOSIS: (0, self._diagnose),
            zvt.SELF_TEST: (0, self._test),
            zvt.SET_PT_TIME: (PASSWORD, self._set_time),
            zvt.READ_CARD: (1, self._read_card),
            zvt.RESET: (0, self._restart),
            zvt.SOFTWARE_UPDATE: (0, self._update),
            zvt.WRITE_FILE: (PASSWORD, self._write_file),
            HOST_SIGN_OFF: (PASSWORD, self._sign_off),
            **{
                command: (PASSWORD if password else 0, self._dealing(deal))
                for command, (deal, password) in DEALS.items()
            },
        }

    def carry_out(self, apdu: zvt.Apdu, hindrance: int | None) -> None:
        """Do it; raises Refused before anything was done.

        Args:
            apdu: The command.
            hindrance: Why none can be carried out now.
        """
        if apdu.command not in self._rows:
            raise Refused(NOT_POSSIBLE)
        if hindrance is not None:
            raise Refused(hindrance)
        size, act = self._rows[apdu.command]
        head, rest = apdu.payload[:size], apdu.payload[size:]
        try:
            fields = zvt.read_fields(rest)
        except Garbled:
            raise Refused(PROTOCOL_ERROR) from None
        if fields.rest:
            raise Refused(NOT_POSSIBLE)  # 13: an unknown BMP
        if size >= PASSWORD and (head or apdu.command != zvt.STATUS_ENQUIRY):
            self._check_password(head[:PASSWORD])
        if zvt.TLV_CONTAINER in fields:
            self._answers.containers = True  # 9.2.2
        self._check_currency(fields)
        act(head, fields)

    def _check_password(self, password: bytes) -> None:
        if password.hex() != self._firmware.who.password:
            raise Refused(NOT_POSSIBLE)

    def _check_currency(self, fields: zvt.Fields) -> None:
        named = fields.values.get(zvt.CURRENCY)
        if named is None:
            return
        self._answers.currency = True
        if named != self._answers.money():
            raise Refused(ABORTED, bytes([WRONG_CURRENCY]) + self._answers.money())

    # --- sessions ---------------------------------------------------------------------------

    def _register(self, head: bytes, fields: zvt.Fields) -> None:
        if len(head) < PASSWORD + 1:
            raise Refused(PROTOCOL_ERROR)
        money = head[4:6]
        self._answers.currency = bool(money)
        if money and money != self._answers.money():
            raise Refused(ABORTED, bytes([WRONG_CURRENCY]) + self._answers.money())
        self._dialogue.accept()
        self._dialogue.configure(head[3], containers=zvt.TLV_CONTAINER in fields)
        self._dialogue.complete(self._answers.registered())

    def _log_off(self, head: bytes, fields: zvt.Fields) -> None:
        """2.24: the acknowledgement is all."""
        self._dialogue.configure(LOGGED_OFF, containers=False)
        self._dialogue.accept(last=True)

    def _status(self, head: bytes, fields: zvt.Fields) -> None:
        self._dialogue.accept()
        service = fields.byte(zvt.SERVICE) or 0
        answer, cause = self._answers.status(
            version=not service & NO_VERSION, locks=bool(service & LOCKS_PLEASE)
        )
        if self._dialogue.complete(answer.payload) and cause:
            self._firmware.alarms.told(cause)

    # --- administration ---------------------------------------------------------------------

    def _initialise(self, head: bytes, fields: zvt.Fields) -> None:
        self._dialogue.begin(mirrors=False, fields=fields)
        self._dialogue.accept()
        outcome = self._firmware.settlement.sign_on(self._dialogue)
        self._end(None if outcome.outcome == "approved" else outcome.cause)

    def _sign_off(self, head: bytes, fields: zvt.Fields) -> None:
        self._dialogue.begin(mirrors=False, fields=fields)
        self._dialogue.accept()
        outcome = self._firmware.settlement.sign_off(self._dialogue)
        self._end(None if outcome.outcome == "approved" else outcome.cause)

    def _diagnose(self, head: bytes, fields: zvt.Fields) -> None:
        """2.17: the way to the host is tried, and its time is told."""
        self._dialogue.accept()
        self._dialogue.tell("waiting_for_host")
        cause = self._firmware.comms.wanted()
        if cause is None:
            now = self._firmware.wall_time()
            rows = {zvt.FULL_DATE: now.strftime("%y%m%d"), zvt.TIME: now.strftime("%H%M%S")}
            said = {tag: bytes.fromhex(digits) for tag, digits in rows.items()}
            self._dialogue.say(zvt.Apdu(zvt.SET_ECR_TIME, zvt.write_fields(said)))
        self._end(cause)

    def _test(self, head: bytes, fields: zvt.Fields) -> None:
        self._dialogue.accept()
        self._end(next(iter(self._firmware.selftest.on_request()), None))

    def _set_time(self, head: bytes, fields: zvt.Fields) -> None:
        date, time = (fields.values.get(tag, b"").hex() for tag in (zvt.FULL_DATE, zvt.TIME))
        if not (date + time).isdecimal() or len(date + time) != 12:
            raise Refused(PROTOCOL_ERROR)
        self._dialogue.accept()
        self._firmware.timekeeping.take(date[2:], time)
        self._dialogue.complete()

    def _read_card(self, head: bytes, fields: zvt.Fields) -> None:
        """2.21: the card's data end the dialogue."""
        self._dialogue.begin(mirrors=False, fields=fields)
        self._dialogue.accept()
        firmware, dialogue = self._firmware, self._dialogue
        with firmware.payment.turn.taken():
            try:
                card = firmware.reader.read(0, dialogue.tell, dialogue.is_cancelled)
            except CardTrouble as trouble:
                self._end(trouble.cause)
                return
            finally:
                firmware.reader.release()
        said = self._answers.card(card.entry, card.masked)
        dialogue.say_last(zvt.Apdu(zvt.STATUS_INFORMATION, said))

    def _restart(self, head: bytes, fields: zvt.Fields) -> None:
        self._dialogue.accept()
        self._dialogue.complete()
        self._firmware.outages.announce()
        self._firmware.restart("daily")

    def _update(self, head: bytes, fields: zvt.Fields) -> None:
        self._dialogue.accept()
        self._firmware.upkeep.look_now()
        self._dialogue.complete()
