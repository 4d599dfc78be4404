"""What a ZVT register asks of a terminal besides transactions.

Source: ZVT PA00P015: 2.16 end of day, 2.17 diagnosis, 2.18 initialisation, 2.20 repeat receipt,
2.25 set date and time, 2.37 software update, 2.43 totals, 2.44 reset, 2.48 self-test, 2.56 status
enquiry.
"""

from datetime import datetime

from harness.drivers import _zvt_commands as commands
from harness.drivers import _zvt_totals
from harness.drivers._zvt_files import BLOCK, FIRMWARE, Giving
from harness.drivers._zvt_report import Dialogue
from harness.drivers._zvt_session import Session
from harness.drivers._zvt_words import NO_SIGN_OFF
from harness.errors import BenchError, NotSupported
from harness.model.roles import Observe, SaleResult
from harness.model.updates import Image
from harness.wire import zvt, zvt_files


class Administration:
    """Plays Settles, SignsOn, SignsOff, Reprints, Diagnoses, TestsItself, Totals.

    Updatable and Pushable as well; Watched, and Polled where a rig asks for it.
    """

    poll_every: float  # there only where it is polled

    def __init__(
        self, session: Session, poll: float, *, file_number: int = FIRMWARE, file_block: int = BLOCK
    ) -> None:
        self._session = session
        self._file, self._block = file_number, file_block
        self._password = session.password
        if poll:
            self.poll_every = poll

    @property
    def observe(self) -> Observe:
        """Who is told what the terminal says."""
        return self._session.observe

    @observe.setter
    def observe(self, observe: Observe) -> None:
        self._session.observe = observe

    def attend(self) -> None:
        """Acknowledge and say what comes outside a dialogue; raises PortLost."""
        self._session.attend()

    def poll(self) -> None:
        """05 01; a terminal that does not answer is observed, and no error."""
        try:
            self.status()
        except BenchError as error:
            self.observe("ecr_status", code="", text=f"no status: {error}")

    def sign_on(self) -> None:
        """Register; raises DeviceRefused, PortLost or PortTimeout."""
        self._session.register()

    def settle(self) -> SaleResult:
        """06 50; what the terminal says that the batch came to is observed as ``totals``."""
        talk = Dialogue(confirms=False)
        said = self._session.transact(zvt.Apdu(zvt.END_OF_DAY, self._password), talk)
        if said.outcome == "approved":
            _zvt_totals.tell(talk.fields, self.observe, closed=True)
        return said

    def status(self) -> str:
        """05 01: the status byte, hex; raises PortLost or PortTimeout without an answer."""
        self._session.ready()
        talk = self._session.ask(commands.write_status_enquiry(self._password))
        if talk.done:
            return self._session.reporter.terminal_status(talk.completion, None, talk)
        return f"{talk.code or 0:02X}"

    def sign_on_host(self) -> SaleResult:
        """06 93: initialisation."""
        return self._session.inform(zvt.INITIALISATION, self._password)

    def sign_off(self) -> SaleResult:
        """The maker's own command: ZVT's log-off is the register's, not the host's."""
        command = self._session.words.own.get("sign_off")
        if command is None:
            raise NotSupported(NO_SIGN_OFF)
        return self._session.administer(command, self._password)

    def reprint(self) -> SaleResult:
        """06 20, printed."""
        apdu = commands.write_repeat(self._password, 0)
        return self._session.inform(apdu.command, apdu.payload, Dialogue(confirms=False, copy=True))

    def diagnose(self) -> SaleResult:
        """06 70: have the terminal try its way to the host."""
        return self._session.inform(zvt.DIAGNOSIS)

    def self_test(self) -> SaleResult:
        """06 79."""
        return self._session.inform(zvt.SELF_TEST)

    def totals(self) -> None:
        """06 10; observed as ``totals``, as far as ZVT tells them."""
        talk = Dialogue()
        self._session.inform(zvt.TOTALS, self._password, talk)
        _zvt_totals.tell(talk.fields, self.observe)

    def start_update(self) -> None:
        """08 10; a refusal is the terminal's, and is observed."""
        self._session.ready()
        self._session.ask(zvt.Apdu(zvt.SOFTWARE_UPDATE))

    def push_update(self, image: Image) -> SaleResult:
        """08 14: the terminal asks for what it wants of the image, and ends it with its verdict."""
        giving = Giving(image, self._file, self._block)
        apdu = zvt_files.write_list(self._password, {self._file: image.size})
        return self._session.transact(apdu, Dialogue(confirms=False), giving.reply)

    def set_time(self, when: datetime) -> SaleResult:
        """06 91: the terminal's date and time."""
        apdu = commands.write_time(self._password, when)
        return self._session.transact(apdu, Dialogue(confirms=False))

    def restart(self) -> SaleResult:
        """06 18."""
        return self._session.administer(zvt.RESET)
