"""A payment terminal as its cash register sees it: ZVT over TCP, the register's (ECR) side.

Source: ZVT PA00P015 (06 00 registration, 06 01 authorisation with 2.2.8 and 2.2.9 on integrity,
06 20 repeat receipt, 06 50, 06 70, 06 B0, 05 01 status enquiry, 08 10), PA00P016 (TCP).
Nothing is ever sold twice: what was sent and not completed is ``unknown``; ``last_result`` asks.
"""

from harness.drivers._zvt_link import Link
from harness.drivers._zvt_report import Dialogue, Reporter, read_words
from harness.errors import BenchError, DeviceRefused, Garbled, PortLost, PortTimeout
from harness.model.roles import Observe, SaleResult, ignore
from harness.model.units import Money
from harness.ports.base import Port
from harness.wire import zvt

IDENTITY = None
# In the config byte of 06 00: send 04 FF; in the service byte of 05 01: with TLV 1F55.
INTERMEDIATE_STATUS, LOCKS_PLEASE = 0x08, 0x04


class Driver:
    """Plays Terminal and LossyRegister; Watched."""

    def __init__(
        self,
        port: Port,
        *,
        password: str = "000000",  # noqa: S107 - the register's, not secret: ZVT's factory setting
        config: int = INTERMEDIATE_STATUS,
        currency: str = "CNY",
        answer_within: float = 5.0,
        complete_within: float = 180.0,
        tries: int = 3,
        pause: float = 1.0,
        personality: str = "",
    ) -> None:
        """Nothing is sent yet.

        Args:
            port: TCP to the terminal, port 20007 unless it is set otherwise.
            password: Six digits.
            config: Config byte of the registration; 08 asks for intermediate status.
            currency: ISO 4217, alphabetic.
            answer_within: T3, seconds.
            complete_within: T4, seconds; the wait for the next sign of life of a sale.
            tries: Attempts to connect, ``pause`` seconds apart.
            pause: Seconds.
            personality: Folder of ``fixtures/terminal``, or a path; see ``_zvt_report``.
        """
        self.observe: Observe = ignore
        waits = {"answer": answer_within, "completion": complete_within, "pause": pause}
        self._link = Link(port, tries=tries, **waits)
        self._password = bytes.fromhex(password)
        self._settings = bytes([config]) + zvt.bcd(int(Money(0, currency).numeric), 2)
        self._words = read_words(personality)

    def attend(self) -> None:
        """Acknowledge and say what comes outside a dialogue; raises PortLost."""
        talk = Dialogue()
        self._link.attend(lambda apdu, t: self._say.take(apdu, t, talk))

    def sign_on(self) -> None:
        """Register; raises DeviceRefused, PortLost or PortTimeout."""
        self._ready()
        self._register()

    def sell(self, amount: Money) -> SaleResult:
        """06 01, to its end. ``failed`` without a code: it was never sent."""
        numbers = {zvt.AMOUNT: (amount.minor, 6), zvt.CURRENCY: (int(amount.numeric), 2)}
        fields = {tag: zvt.bcd(*number) for tag, number in numbers.items()}
        return self._transact(zvt.Apdu(zvt.AUTHORISATION, zvt.write_fields(fields)), Dialogue())

    def settle(self) -> SaleResult:
        """06 50."""
        return self._transact(zvt.Apdu(zvt.END_OF_DAY, self._password), Dialogue(confirms=False))

    def abort(self) -> None:
        """06 B0; may be called while another task waits in ``sell``, whose answer then tells."""
        if self._link.busy:
            self._link.write(zvt.Apdu(zvt.ABORT_BY_ECR))
            return
        self._ready()
        self._ask(zvt.Apdu(zvt.ABORT_BY_ECR), Dialogue())

    def last_result(self) -> SaleResult | None:
        """06 20: None when the terminal has no last transaction; ``unknown`` without an answer."""
        talk = Dialogue()
        broken = self._try(zvt.Apdu(zvt.REPEAT_RECEIPT, self._password), talk)
        return None if talk.refused_all else talk.sale(broken)

    def status(self) -> str:
        """05 01: the status byte, hex; raises PortLost or PortTimeout without an answer."""
        self._ready()
        talk = Dialogue()
        service = zvt.write_fields({zvt.SERVICE: bytes([LOCKS_PLEASE])})
        self._ask(zvt.Apdu(zvt.STATUS_ENQUIRY, self._password + service), talk)
        if talk.done:
            return self._say.terminal_status(talk.completion, None, talk)
        return f"{talk.code or 0:02X}"

    def diagnose(self) -> SaleResult:
        """06 70: have the terminal try its way to the host."""
        return self._transact(zvt.Apdu(zvt.DIAGNOSIS), Dialogue(confirms=False))

    def lose_results(self, *, on: bool) -> None:
        """While on, a result (04 0F) is as if it had never arrived: it is not acknowledged."""
        lost = "acknowledgement_withheld"
        self._link.lost_result = (lambda t: self.observe(lost, t=t, code="040F")) if on else None

    def start_update(self) -> None:
        """08 10; a refusal is the terminal's, and is observed."""
        self._ready()
        self._ask(zvt.Apdu(zvt.SOFTWARE_UPDATE), Dialogue())

    def _ready(self) -> None:
        try:
            self.attend()
        except PortLost:
            self._link.forget()
        self._link.open()

    def _register(self) -> None:
        talk = Dialogue()
        self._ask(zvt.Apdu(zvt.REGISTRATION, self._password + self._settings), talk)
        if not talk.done:
            raise DeviceRefused(f"the terminal did not register us: {talk.text or talk.code}")
        self._link.registered = True

    def _transact(self, apdu: zvt.Apdu, talk: Dialogue) -> SaleResult:
        try:
            self._ready()
            if not self._link.registered:
                self._register()
        except BenchError as error:
            return SaleResult("failed", text=str(error))  # nothing was sent
        return talk.sale(self._try(apdu, talk))

    def _try(self, apdu: zvt.Apdu, talk: Dialogue) -> str:
        """Why the dialogue broke, ``""`` when it came to its end."""
        try:
            self._ready()
            self._ask(apdu, talk)
        except (PortLost, PortTimeout, Garbled) as error:
            self.observe("ecr_status", code="", text=f"link lost: {error}")
            return str(error)
        return ""

    def _ask(self, apdu: zvt.Apdu, talk: Dialogue) -> None:
        refusal = self._link.ask(apdu, lambda said, t: self._say.take(said, t, talk))
        if refusal is not None:
            self._say.refused(refusal, talk)

    @property
    def _say(self) -> Reporter:
        return Reporter(self.observe, **self._words)
