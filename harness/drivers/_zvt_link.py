"""The register's end of a ZVT connection: who speaks when, and how long to wait.

Source: ZVT PA00P015, 2 (which command ends how), 3 (what a terminal says); PA00P016, 5.2.5 and
5.2.6 (timers T3 and T4; on T3 the connection is closed).
"""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from harness.errors import Garbled, PortLost, PortTimeout
from harness.ports.base import Port
from harness.wire import zvt, zvt_messages

#: What the terminal may say by itself; anything else is refused as not possible.
HEARD = frozenset({
    zvt.SET_ECR_TIME, zvt.STATUS_INFORMATION, zvt.INTERMEDIATE_STATUS, zvt.COMPLETION,
    zvt.ABORT_BY_PT, zvt.PRINT_LINE, zvt.PRINT_BLOCK,
})  # fmt: skip
#: Is given every message of the terminal, and when it was read.
Take = Callable[[zvt.Apdu, float], None]
#: Answers a message of the terminal by more than an acknowledgement; None where that will do.
Reply = Callable[[zvt.Apdu], zvt.Apdu | None]
LAST = (zvt.COMPLETION, zvt.ABORT_BY_PT)
#: Commands that end otherwise: by their acknowledgement, or by the card's data.
ENDS: dict[int, tuple[int, ...]] = {
    zvt.ABORT_BY_ECR: (), zvt.LOG_OFF: (),
    zvt.READ_CARD: (zvt.STATUS_INFORMATION, *LAST),
}  # fmt: skip
#: What T4 starts anew with.
SIGNS_OF_LIFE = (zvt.INTERMEDIATE_STATUS, zvt.STATUS_INFORMATION, zvt.FILE_REQUEST)
#: What cannot come before a command is acknowledged: a late or second one belongs to the last sale,
#: and taken for this one's it would end it, or approve it.
OF_BEFORE = (zvt.STATUS_INFORMATION, *LAST)
NOT_POSSIBLE, ABORTED = 0x83, 0x1E
#: s within which a terminal that hangs up after each dialogue has done so.
HANGS_UP = 0.3


@dataclass(frozen=True, slots=True)
class Message:
    """What the terminal said, and when it was read."""

    t: float
    apdu: zvt.Apdu


@dataclass(frozen=True, slots=True)
class Losing:
    """What is to be lost on its way to the register.

    Attributes:
        begins: The message's first bytes: command, and status where it has one.
        tell: Told when, instead of acknowledging it.
        with_line: The commands with whose dialogue the line is lost as well; none for a message.
    """

    begins: bytes
    tell: Callable[[float], None]
    with_line: frozenset[int] = frozenset()

    def is_meant(self, apdu: zvt.Apdu, command: int) -> bool:
        """Whether it is this one, in the dialogue of a command."""
        said = apdu.command.to_bytes(2, "big") + apdu.payload
        return said.startswith(self.begins) and (not self.with_line or command in self.with_line)


class Link:
    """One terminal, reconnected when it went.

    Attributes:
        registered: Whether the terminal registered us since the connection was made.
        busy: Whether a dialogue runs.
        losing: What is to be lost on its way here.
        cut: Whether nothing gets through.
    """

    def __init__(
        self, port: Port, *, answer: float, completion: float, tries: int, pause: float,
        dialled: bool,
    ) -> None:  # fmt: skip
        """Nothing is sent yet.

        Args:
            port: The connection.
            answer: T3, s: until 80 00 00.
            completion: T4, s: until the next sign of life of a dialogue.
            tries: Attempts to connect.
            pause: Seconds between them.
            dialled: Whether the other end can hang up, as on no serial line.
        """
        self.registered = False
        self.busy = False
        self.losing: Losing | None = None
        self.cut = False
        self._port = port
        self._clock = port.clock
        self._answer, self._completion = answer, completion
        self._tries, self._pause = tries, pause
        self._deframer = zvt.Deframer()
        self._heard: deque[Message] = deque()
        self._reply: Reply | None = None
        self._over: float | None = None  # when a connection's only dialogue until now ended, s
        self._kept = not dialled  # whether it had a second one: nobody hangs up after each

    def now(self) -> float:
        return self._clock.now()

    def pause(self, seconds: float) -> None:
        """Leave the terminal alone."""
        self._clock.sleep(seconds)

    def settle(self) -> None:
        """Leave time to hang up after the last dialogue; what is sent meanwhile would be lost.

        And it would not be known whether it was.
        """
        if self._over is not None and not self._kept:
            self.pause(max(0.0, self._over + HANGS_UP - self.now()))

    def open(self) -> None:
        """Be connected; raises PortLost when no attempt succeeded."""
        if self.cut:
            raise PortLost(f"{self._port.address}: the register's line is cut")
        for left in reversed(range(self._tries)):
            try:
                self._port.open()
            except PortLost:
                self.forget()
                if not left:
                    raise
                self._clock.sleep(self._pause)
            else:
                return

    def attend(self, take: Take) -> None:
        """Hear what came outside a dialogue; nonsense ends the connection; raises PortLost."""
        try:
            for message in self._waiting():
                take(message.apdu, message.t)
        except Garbled:
            self.close()

    def ask(self, apdu: zvt.Apdu, take: Take, reply: Reply | None = None) -> int | None:
        """A command and all that follows; the reason when it was refused.

        Args:
            apdu: The command.
            take: Is given what follows.
            reply: What a message is answered with, where that is not its acknowledgement.

        Raises PortLost, PortTimeout, Garbled; after the latter two the connection is closed.
        """
        self.busy, self._reply = True, reply
        try:
            refusal = self._send(apdu)
            goes_on = refusal is None and ENDS.get(apdu.command, LAST)
            for message in self._dialogue(apdu.command) if goes_on else ():
                take(message.apdu, message.t)
            if goes_on:
                self._kept = self._kept or self._over is not None
                self._over = self.now()
        except (Garbled, PortTimeout):
            self.close()
            raise
        finally:
            self.busy, self._reply = False, None
        return refusal

    def close(self) -> None:
        """Part; the terminal notices."""
        self.forget()
        self._port.close()

    def forget(self) -> None:
        """The connection has gone: so have its half messages and the registration."""
        self.registered = False
        self._over = None
        self._deframer = zvt.Deframer()
        self._heard.clear()

    def _send(self, apdu: zvt.Apdu) -> int | None:
        """Send a command and wait for its acknowledgement; the reason when it was refused.

        Raises PortTimeout when T3 is over (the connection is closed then), PortLost.
        """
        self.write(apdu)
        until = self._clock.now() + self._answer
        early: list[Message] = []
        try:
            while True:
                message = self._expect(until)
                if message.apdu.command == zvt.ACKNOWLEDGED:
                    return None
                if message.apdu.refusal is not None:
                    return _reason(message.apdu)
                if message.apdu.command in OF_BEFORE:
                    self._acknowledge(message.apdu)
                else:
                    early.append(message)
        finally:
            self._heard.extendleft(reversed(early))

    def _dialogue(self, command: int) -> Iterator[Message]:
        """All that follows an acknowledged command, each acknowledged, to its end.

        Raises PortTimeout when T4 is over (the connection is closed then), PortLost.
        """
        ends = ENDS.get(command, LAST)
        lasts = self._completion
        until = self._clock.now() + lasts
        while True:
            message = self._expect(until)
            said = message.apdu.command
            if said == zvt.ACKNOWLEDGED or message.apdu.refusal is not None:
                continue  # the answer to an abort of ours in between
            if self._loses(message, command):
                continue
            if said in SIGNS_OF_LIFE:
                lasts = _new_t4(message.apdu) or lasts
                until = self._clock.now() + lasts
            try:
                self._acknowledge(message.apdu)
            except PortLost:
                yield message
                if said not in ends:
                    raise
                return
            yield message
            if said in ends:
                return

    def _loses(self, message: Message, command: int) -> bool:
        """Whether it is as if it had never arrived; raises PortLost where the line goes with it."""
        losing = self.losing
        if losing is None or not losing.is_meant(message.apdu, command):
            return False
        losing.tell(message.t)
        if losing.with_line:
            self.cut = True
            self.close()
            raise PortLost(f"{self._port.address}: the register's line is cut")
        return True

    def _waiting(self) -> Iterator[Message]:
        """What is already here outside a dialogue, acknowledged; raises PortLost."""
        while self._heard or self._port.readable:
            message = self._next(self._clock.now())
            if message is None:
                return
            if message.apdu.command in HEARD:
                self._acknowledge(message.apdu)
                yield message

    def write(self, apdu: zvt.Apdu) -> None:
        """Send without waiting; raises PortLost."""
        self._port.write(apdu.to_bytes())

    def _acknowledge(self, apdu: zvt.Apdu) -> None:
        own = self._reply(apdu) if self._reply else None
        self.write(own or (zvt.ACK if apdu.command in HEARD else zvt.refuse(NOT_POSSIBLE)))

    def _expect(self, until: float) -> Message:
        message = self._next(until)
        if message is None:
            self.close()  # PA00P016: who waits in vain closes the connection
            raise PortTimeout(f"{self._port.address}: no answer from the terminal")
        return message

    def _next(self, until: float) -> Message | None:
        while not self._heard:
            try:
                chunk = self._port.read(until)
                if chunk is None:
                    return None
                apdus = self._deframer.feed(chunk.data)
            except (PortLost, Garbled):
                self.forget()
                raise
            self._heard.extend(Message(chunk.t, apdu) for apdu in apdus)
        return self._heard.popleft()


def _reason(apdu: zvt.Apdu) -> int | None:
    """Why 84 xx refuses; 84 1E has the code in its data (2.1: a wrong currency)."""
    return apdu.payload[0] if apdu.refusal == ABORTED and apdu.payload else apdu.refusal


def _new_t4(apdu: zvt.Apdu) -> float | None:
    """The T4 that a status sets for what is left of the dialogue, s (3.7)."""
    if apdu.command != zvt.INTERMEDIATE_STATUS:
        return None
    try:
        minutes = zvt_messages.read_intermediate(apdu.payload).minutes
    except Garbled:
        return None
    return minutes * 60.0 if minutes else None
