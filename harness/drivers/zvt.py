"""A payment terminal as its cash register sees it: ZVT, the register's (ECR) side.

Source: ZVT PA00P015 (2: commands, with 2.2.8 and 2.2.9 on integrity and 4 on receipt numbers that
are mirrored), PA00P016 (3: serial, 4: TCP). Nothing is ever sold twice: what was sent and not
completed is ``unknown``; ``last_result`` asks. Polled only where ``poll`` says how often.
"""

from collections.abc import Mapping, Sequence

from harness.drivers import _zvt_commands as commands
from harness.drivers._zvt_administration import Administration
from harness.drivers._zvt_files import BLOCK, FIRMWARE
from harness.drivers._zvt_link import Link, Losing
from harness.drivers._zvt_report import Dialogue
from harness.drivers._zvt_session import Session
from harness.drivers._zvt_words import read_words
from harness.errors import NotSupported
from harness.model.register import CutPoint, Deal, Wish
from harness.model.roles import SaleResult
from harness.model.units import Money
from harness.ports.base import Port
from harness.ports.zvt_serial import ZvtSerialPort
from harness.wire import zvt, zvt_codes, zvt_serial

IDENTITY = None
RESULT = zvt.STATUS_INFORMATION.to_bytes(2, "big")
#: The messages by which a register knows how far a transaction is.
MOMENTS: dict[CutPoint, bytes] = {
    "card": bytes.fromhex("04FF0A"), "host": bytes.fromhex("04FF04"), "result": RESULT,
    "end": zvt.COMPLETION.to_bytes(2, "big"),
}  # fmt: skip
#: Bits of the config byte of 06 00: we print the payment receipts; send 04 FF.
PRINTS_RECEIPTS, INTERMEDIATE_STATUS = 0x02, 0x08


class Driver(Administration):
    """Plays Terminal, Desk, LossyRegister and CutRegister, and all that Administration plays."""

    BAUD, STOP_BITS = 9600, 2  # PA00P016, 2.1

    def __init__(
        self, port: Port, *, framing: str = "tcp", password: str = "000000",  # noqa: S107 - not secret
        config: int = INTERMEDIATE_STATUS, currency: str = "CNY", answer_within: float = 5.0,
        complete_within: float = 180.0, byte_gap: float = zvt_serial.GAP,
        block_within: float = zvt_serial.ANSWER, tries: int = 3, pause: float = 1.0,
        poll: float = 0.0, mirror: bool = False, file_number: int = FIRMWARE,
        file_block: int = BLOCK, personality: str = "",
    ) -> None:  # fmt: skip
        """Nothing is sent yet.

        Args:
            port: TCP to the terminal, port 20007 unless it is set otherwise; or a serial line.
            framing: ``tcp``, or ``serial`` for blocks with CRC and ACK.
            password: Six digits; ZVT's factory setting is zeros.
            config: Config byte of the registration: 08 asks for intermediate status, 82 has
                payment receipts printed by us.
            currency: ISO 4217, alphabetic.
            answer_within: T3, seconds.
            complete_within: T4, seconds; the wait for the next sign of life of a sale.
            byte_gap: T1, seconds; of serial framing.
            block_within: T2, seconds; of serial framing.
            tries: Attempts to connect, ``pause`` seconds apart.
            pause: Seconds.
            poll: Seconds between two status enquiries, 60 at the most by 2.56; 0 for none.
            mirror: Give the last receipt number back (TLV 1F1F), so that a terminal that has one
                more undoes it.
            file_number: Number of an update's file (08 14); makers have their own.
            file_block: Bytes of it that are given at a time.
            personality: Folder of ``fixtures/terminal``, or a path; see ``_zvt_words``.
        """
        if framing not in ("tcp", "serial"):
            raise ValueError(f"framing is tcp or serial, not {framing!r}")
        serial = framing == "serial"
        line = ZvtSerialPort(port, gap=byte_gap, answer=block_within) if serial else port
        waits = {"answer": answer_within, "completion": complete_within, "pause": pause}
        link = Link(line, tries=tries, dialled=not serial, **waits)
        session = Session(
            link, read_words(personality), password=password,
            config=config, currency=int(Money(0, currency).numeric),
        )  # fmt: skip
        super().__init__(session, poll, file_number=file_number, file_block=file_block)
        self._prints = bool(config & PRINTS_RECEIPTS)
        self._mirrored: bytes | None = b"" if mirror else None

    def sell(self, amount: Money) -> SaleResult:
        """06 01, to its end. ``failed`` without a code: it was never sent."""
        return self.transact(Wish("sale", amount))

    def lacks(self) -> Mapping[str, str]:
        """Who mirrors receipt numbers has what was lost undone by his next transaction (4.2)."""
        why = "mirror: true: what is not acknowledged is undone by the next transaction alone"
        mirrors = {} if self._mirrored is None else {"unacknowledged": why}
        return {**self._session.words.lacks(), **mirrors}

    def deals(self) -> Sequence[Deal]:
        return self._session.words.deals

    def nameable(self) -> frozenset[str]:
        """The causes that this terminal has a code for: ZVT's bytes, and its own."""
        words = self._session.words
        own = {*words.extended.values(), *(cause for _, cause in words.texts)}
        return zvt_codes.NAMED | own

    @property
    def counts_itself(self) -> bool:
        """Whether BMP 0B is a number that the host does not know."""
        return not self._session.words.counts_as_host

    def transact(self, wish: Wish) -> SaleResult:
        if wish.deal not in self._session.words.deals:
            raise NotSupported(f"this terminal has no {wish.deal}")
        talk = Dialogue()
        apdu = commands.write_deal(wish, self._password, self._mirrored)
        return self._known(self._session.transact(apdu, talk), talk)

    def abort(self) -> None:
        """06 B0; may be called while another task waits in ``sell``, whose answer then tells."""
        self._session.aborted = True
        if self._session.link.busy:
            self._session.link.write(zvt.Apdu(zvt.ABORT_BY_ECR))
            return
        self._session.ready()
        self._session.ask(zvt.Apdu(zvt.ABORT_BY_ECR))

    def last_result(self) -> SaleResult | None:
        """06 20: None when the terminal has no last transaction; ``unknown`` without an answer.

        Who prints for the terminal has its receipt again, as a copy: the first may not have come.
        """
        talk = Dialogue(copy=self._prints)
        service = commands.WITH_STATUS | (0 if self._prints else commands.NOTHING_PRINTED)
        broken = self._session.attempt(commands.write_repeat(self._password, service), talk)
        return None if talk.refused_all else self._known(self._session.result(talk, broken), talk)

    def _known(self, result: SaleResult, talk: Dialogue) -> SaleResult:
        """A sale that we know of is one that is not to be undone."""
        if self._mirrored is not None and result.outcome == "approved":
            self._mirrored = talk.mirrored() or self._mirrored
        return result

    def lose_results(self, *, on: bool) -> None:
        """While on, a result (04 0F) is as if it had never arrived: it is not acknowledged."""
        self._session.link.losing = self._losing(RESULT) if on else None

    def cut_line(self, at: CutPoint | None) -> None:
        """The connection goes with the message of that moment, and none is made until it ends."""
        self._session.link.losing = None if at is None else self._losing(MOMENTS[at], cut=True)
        self._session.link.cut = False

    def _losing(self, begins: bytes, *, cut: bool = False) -> Losing:
        def tell(t: float) -> None:
            self.observe("acknowledgement_withheld", t=t, code=begins.hex().upper())

        deals = frozenset(shape.command for shape in commands.DEALS.values())
        return Losing(begins, tell, deals if cut else frozenset())
