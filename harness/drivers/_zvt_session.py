"""A register's session with a terminal: connected, registered, and one command at a time.

Nothing is ever sold twice: what was sent and not completed is ``unknown``. What was refused because
the terminal is at something else (84 9C, please wait) was not begun: it is asked again. So is what
was refused to a register that the terminal does not know any more (84 6B, not registered).

Source: ZVT PA00P015, 2.1, 2.2.6 and 10 (6B, 9C).
"""

from contextlib import suppress

from harness.drivers import _zvt_commands as commands
from harness.drivers._zvt_clear import number
from harness.drivers._zvt_link import Link, Reply
from harness.drivers._zvt_report import Dialogue, Reporter
from harness.drivers._zvt_words import Words
from harness.errors import (
    BenchError,
    DeviceRefused,
    Garbled,
    NotSupported,
    PortLost,
    PortTimeout,
)
from harness.model.roles import Observe, SaleResult, ignore
from harness.wire import zvt

NOT_REGISTERED, NOT_POSSIBLE, PLEASE_WAIT = 0x6B, 0x83, 0x9C
#: s between two tries of what a busy terminal refuses, and for how long.
AGAIN, PATIENCE = 1.0, 10.0


class Session:
    """Everything between a command and its result.

    Attributes:
        observe: Who is told; set by the owner.
        link: The connection.
        words: The model's own.
        password: The register's, three bytes.
        aborted: Whether what waits for a busy terminal was given up.
        numbers_receipts: As ``Dialogue``: whether a receipt's number was told in this session.
    """

    def __init__(
        self, link: Link, words: Words, *, password: str, config: int, currency: int
    ) -> None:
        self.observe: Observe = ignore
        self.link = link
        self.words = words
        self.password = bytes.fromhex(password)
        self.aborted = False
        self.numbers_receipts = False
        self._registration = commands.write_registration(self.password, config, currency)

    @property
    def reporter(self) -> Reporter:
        """Says what the terminal says."""
        words = self.words
        return Reporter(
            self.observe, words.extended, words.texts, counts_as_host=words.counts_as_host
        )

    def attend(self) -> None:
        """Acknowledge and say what comes outside a dialogue; raises PortLost."""
        talk, reporter = Dialogue(), self.reporter
        self.link.attend(lambda apdu, t: reporter.take(apdu, t, talk))

    def ready(self) -> None:
        """Be connected; raises PortLost."""
        self.link.settle()
        try:
            self.attend()
        except PortLost:
            self.link.forget()
        self.link.open()

    def register(self) -> None:
        """06 00; raises DeviceRefused, PortLost, PortTimeout or Garbled."""
        self.ready()
        until = self.link.now() + PATIENCE
        talk = self.ask(self._registration)
        while talk.refusal == PLEASE_WAIT and self.link.now() < until:
            self.link.pause(AGAIN)
            self.ready()
            talk = self.ask(self._registration)
        if not talk.done:
            raise DeviceRefused(f"the terminal did not register us: {talk.text or talk.code}")
        self.link.registered = True

    def ask(
        self, apdu: zvt.Apdu, talk: Dialogue | None = None, reply: Reply | None = None
    ) -> Dialogue:
        """A command to its end, on a connection that is there; raises as ``Link.ask``."""
        talk = talk or Dialogue()
        refusal = self._ask(apdu, talk, reply)
        if refusal == NOT_REGISTERED and apdu != self._registration:
            with suppress(DeviceRefused):
                self.register()
                refusal = self._ask(apdu, talk, reply)
        if refusal is not None:
            self.reporter.refused(refusal, talk)
        return talk

    def _ask(self, apdu: zvt.Apdu, talk: Dialogue, reply: Reply | None) -> int | None:
        """The reason where it was refused."""
        reporter = self.reporter
        return self.link.ask(apdu, lambda said, t: reporter.take(said, t, talk), reply)

    def transact(self, apdu: zvt.Apdu, talk: Dialogue, reply: Reply | None = None) -> SaleResult:
        """A command to its result. ``failed`` without a code: it was never sent."""
        try:
            self.ready()
            if not self.link.registered:
                self.register()
        except BenchError as error:
            return SaleResult("failed", text=str(error))  # nothing was sent
        self.aborted = False
        until = self.link.now() + PATIENCE
        broken = self.attempt(apdu, talk, reply)
        while talk.refusal == PLEASE_WAIT and not self.aborted and self.link.now() < until:
            self.link.pause(AGAIN)
            talk.refusal = None
            broken = self.attempt(apdu, talk, reply)
        return self.result(talk, broken)

    def result(self, talk: Dialogue, broken: str = "") -> SaleResult:
        """What became of a transaction, by its dialogue."""
        if number(talk.fields, zvt.RECEIPT):
            self.numbers_receipts = True
        talk.numbers_receipts = self.numbers_receipts
        return talk.sale(broken)

    def attempt(self, apdu: zvt.Apdu, talk: Dialogue, reply: Reply | None = None) -> str:
        """Why the dialogue broke, ``""`` when it came to its end."""
        try:
            self.ready()
            self.ask(apdu, talk, reply)
        except (PortLost, PortTimeout, Garbled) as error:
            self.observe("ecr_status", code="", text=f"link lost: {error}")
            return str(error)
        return ""

    def administer(self, command: int, payload: bytes = b"") -> SaleResult:
        """What moves no money: its completion alone is a success."""
        return self.transact(zvt.Apdu(command, payload), Dialogue(confirms=False))

    def inform(
        self, command: int, payload: bytes = b"", talk: Dialogue | None = None
    ) -> SaleResult:
        """What a terminal need not have, and moves nothing.

        Raises NotSupported for a refusal as not possible where its ``lacks`` are not known.
        """
        talk = talk or Dialogue(confirms=False)
        said = self.transact(zvt.Apdu(command, payload), talk)
        if talk.refusal == NOT_POSSIBLE and self.words.without is None:
            error = NotSupported(f"the terminal refuses {command:04X} as not possible (84 83)")
            error.next_move = "Whether it has such a function its zvt.yaml should say: `lacks:`"
            raise error
        return said
