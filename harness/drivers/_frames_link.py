"""The register's end of a line of frames: a body out, the answer to it in."""

from collections.abc import Callable
from typing import TypeVar

from harness.errors import Astray, PortLost, PortTimeout
from harness.ports.base import Port
from harness.wire.frames_line import Delivered, Event, Failed, Heard, Line
from harness.wire.frames_numbered import make_line
from harness.wire.frames_profile import Profile

A = TypeVar("A")
SPOILT = (
    "Are speed, parity and `profile:` right, the cable short, and its screen earthed? If frames "
    "are as bad on another line, the terminal's are"
)
LOOK = 0.5  # s between two looks at whether somebody wants to abort


class NotDelivered(PortTimeout):
    """The terminal did not take what was sent.

    Attributes:
        sent: Whether it was sent at all; then nobody knows whether it arrived.
    """

    def __init__(self, text: str, *, sent: bool) -> None:
        super().__init__(text)
        self.sent = sent


class Link:
    """One terminal, reconnected when it went.

    Attributes:
        open: Whether there is a connection, as far as we know.
    """

    def __init__(self, port: Port, profile: Profile) -> None:
        """Nothing is sent yet."""
        self._port, self._clock, self._profile = port, port.clock, profile
        self.open = False
        self._line = self._new_line()
        self._spoilt: float | None = None  # since when no frame came whole, and some came broken
        self._given_up: float | None = None  # the same of the first body that was not taken for it

    def connect(self) -> None:
        """Be connected; raises PortLost."""
        self._port.open()
        self.open = True

    def attend(self) -> list[tuple[float, bytes]]:
        """What came unasked, each acknowledged as the protocol has it; raises PortLost."""
        heard: list[tuple[float, bytes]] = []
        while self._port.readable:
            self._step(self._clock.now(), lambda event, t: self._keep(event, t, heard))
        return heard

    def _keep(self, event: Event, t: float, heard: list[tuple[float, bytes]]) -> None:
        if isinstance(event, Heard):
            heard.append((t, event.body))

    def beat(self) -> None:
        """Do what is due while nothing else is; raises PortLost."""
        if self.open:
            self._line.pass_time(self._clock.now())
            self._flush()

    def send(self, body: bytes) -> None:
        """Give a body to the line, which sends it in its turn; raises PortLost."""
        self._line.send(body, self._clock.now())
        self._flush()

    def ask(
        self, body: bytes, take: Callable[[bytes, float], A | None], *, within: float,
        meanwhile: Callable[[], None] = lambda: None,
    ) -> A:  # fmt: skip
        """Send a body and wait for the answer to it.

        Args:
            body: What is asked.
            take: Is given every body that comes, and when; returns None for one that is not ours.
            within: Seconds until the answer.
            meanwhile: Called now and then.

        Raises:
            NotDelivered: The terminal did not take it.
            PortTimeout: It took it, and did not answer.
            PortLost: The connection broke after it was sent.
        """
        until, answers = self._clock.now() + within, list[A]()

        def hear(event: Event, t: float) -> None:
            if isinstance(event, Failed):
                raise NotDelivered(f"{self._port.address}: {event.why}", sent=event.sent)
            answer = take(event.body, t) if isinstance(event, Heard) else None
            if answer is not None:
                answers.append(answer)

        self.send(body)
        while not answers:
            now = self._clock.now()
            if now >= until:
                raise PortTimeout(f"{self._port.address}: no answer from the terminal")
            self._step(min(until, now + LOOK), hear)
            meanwhile()
        self._let_end()
        return answers[0]

    def probe(self, within: float) -> bool:
        """Whether the terminal takes an empty turn; only where the handshake has one (ENQ)."""
        taken: list[bool] = []
        until = self._clock.now() + within
        self._line.enquire(self._clock.now())
        self._flush()
        while not taken and self._clock.now() < until:
            self._step(until, lambda event, _: taken.append(isinstance(event, Delivered)))
        return any(taken)

    def close(self) -> None:
        """Part; the terminal notices where it can."""
        self.forget()
        self._port.close()

    def forget(self) -> None:
        """The connection has gone: so has all that was half-way."""
        self.open = False
        self._line = self._new_line()

    # --- within ---

    def _new_line(self) -> Line:
        return make_line(self._profile.frame, self._profile.handshake, register=True)

    def _step(self, until: float, hear: Callable[[Event, float], None]) -> None:
        """One chunk, or what time brings."""
        due = self._line.due
        try:
            chunk = self._port.read(until if due is None else min(until, due))
            now = self._clock.now()
            events = self._line.feed(chunk.data, now) if chunk else self._line.pass_time(now)
            self._flush()
        except PortLost:
            self.forget()
            raise
        self._mark(events, now)
        for event in events:
            hear(event, chunk.t if chunk else now)

    def _mark(self, events: list[Event], now: float) -> None:
        if any(isinstance(event, Heard) for event in events):
            self._spoilt = None
        elif self._line.spoilt and self._spoilt is None:
            self._spoilt = now
        if any(isinstance(event, Failed) for event in events) and self._given_up is None:
            self._given_up = self._spoilt

    def look(self) -> None:
        """Raises Astray where frames came broken or were refused, and that was the end of it.

        Silence is the terminal's; what it said and nobody could read may be the line's.
        """
        since = self._spoilt if self._given_up is None else self._given_up
        if since is not None:
            error = Astray(
                f"{self._port.address}: frames came spoilt, or were refused as spoilt, from "
                f"{since:.1f} s on", since,
            )  # fmt: skip
            error.next_move = SPOILT
            raise error

    def _let_end(self) -> None:
        """After an answer its sender's EOT, where the handshake has one."""
        until = self._clock.now() + self._profile.handshake.gap
        while self._line.hearing and self._clock.now() < until:
            try:
                self._step(until, lambda *_: None)
            except PortLost:
                return

    def _flush(self) -> None:
        octets = self._line.take()
        if octets:
            try:
                self._port.write(octets)
            except PortLost:
                self.forget()
                raise
