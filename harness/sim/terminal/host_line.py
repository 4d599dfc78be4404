"""One TCP connection to a host, and one request on it at a time.

A line on which an answer is owed is not used again: the answer may still come, late. It is ended
with RST, not FIN, so that what TCP still holds of a request given up never arrives either. Which of
the hosts it leads to is in ``hosts.py``.
"""

from collections import deque

from harness.clock import Clock
from harness.errors import Garbled, PortLost, PortTimeout
from harness.ports.base import Port
from harness.ports.tls import CertificateRefused, TlsFailed
from harness.sim.internet import NameSilent, NameUnknown, NetError, NoBearer, Refused, TimedOut
from harness.sim.tcp import End
from harness.sim.terminal.acquiring import Acquiring, BadAnswer
from harness.sim.terminal.hosts import Dial, Hosts
from harness.sim.terminal.log import Log
from harness.sim.terminal.personality import Times
from harness.wire.iso8583 import Deframer, Message, answer_mti, frame, unframe

#: As many retransmissions (after 1, 3, 7 and 15 s) mean that the way is gone: waiting ends.
STALLED = 4
#: As many are enough to tell a dead way from a silent host once waiting is over.
STALLING = 2

#: As many refused connections in a row are no host that starts anew: its port is another.
NOT_A_RESTART = 3

#: Errors of the data plane -> what they are a sign of.
DIAL_CAUSES: dict[type[NetError], str] = {
    NoBearer: "no_data_service", NameUnknown: "dns_failure", NameSilent: "dns_failure",
}  # fmt: skip

#: Requests of the past whose answers are known again when they come late.
REMEMBERED = 64


class Silence(Exception):
    """A request may have been sent, and nothing came back.

    Attributes:
        stalled: TCP had no acknowledgement for it either.
        ended: The connection was ended from the other side.
    """

    def __init__(self, *, stalled: bool, ended: bool) -> None:
        super().__init__("the way is gone" if stalled else "the host is silent")
        self.stalled, self.ended = stalled, ended


class HostLine:
    """See the module text.

    Attributes:
        connected: Whether there is a connection, as far as is known here.
        timed_out: Whether nobody answered when last dialled: it may be worth another try at once.
        hosts: Whom it may lead to, and whom it leads to now.
        detail: What is known besides its cause of why the last dialling failed; may be empty.
        way_dead: Whether nothing at all came back when last dialled, from nobody.
    """

    def __init__(
        self, clock: Clock, *, times: Times, acquiring: Acquiring, log: Log, hosts: Hosts,
        dial_resolver: Dial,
    ) -> None:  # fmt: skip
        self._clock = clock
        self._times = times
        self._acquiring = acquiring
        self._log = log
        self.hosts = hosts
        self._dial_resolver = dial_resolver
        self._socket: End | None = None
        self._port: Port | None = None
        self._frames = Deframer()
        self._answered: set[tuple[str, int]] = set()
        self._asked: deque[tuple[str, int]] = deque(maxlen=REMEMBERED)
        self._insecure = ""
        self._refusals: dict[str, int] = {}
        self.way_dead = self.timed_out = False
        self.detail = ""

    @property
    def connected(self) -> bool:
        return self._port is not None

    def dial(self) -> str | None:
        """One attempt to connect; what stopped it, or None."""
        cause = self.knock()
        if cause is not None or self._socket is None:
            return cause
        self._port = self._secured(self._socket)
        if self._port is None:
            return self._insecure
        self._frames, self._answered = Deframer(), set()
        self._log.say("net", "connected")
        return None

    def knock(self) -> str | None:
        """See whether the host takes connections at all; what stopped it, or None."""
        self.hang_up()
        self.way_dead = self.timed_out = False
        self.detail = ""
        try:
            self._socket = self._dial(self._clock.now() + self._times.connect)
        except NetError as error:
            self._log.say_warning("net", f"no connection: {error}")
            return self._dial_cause(error)
        self._refusals[self.hosts.now.name] = 0
        return None

    def _dial(self, until: float) -> End:
        """A connection to the host in use; raises NetError."""
        return self.hosts.now.dial(until)

    def _secured(self, socket: End) -> Port | None:
        """The port that may be talked on; None, and why, when there is none."""
        secure = self.hosts.now.secure
        if secure is None:
            return socket
        try:
            return secure.over(socket)
        except CertificateRefused as refused:
            self.detail = f"certificate refused: {refused.reason.replace('_', ' ')}"
            self._insecure = "tls_error"
        except TlsFailed as failed:
            self.detail, self._insecure = str(failed), "tls_error"
        except PortTimeout:
            stalled = socket.sent_again >= STALLING
            self._insecure = "host_unreachable" if stalled else "host_silent"
        except PortLost:
            self._insecure = "host_unreachable"
        self._log.say_warning("net", f"not secure: {self.detail or self._insecure}")
        self.hang_up()
        return None

    def hang_up(self) -> None:
        """End the connection at once, if there is one."""
        if self._socket is not None:
            self._socket.reset()
        self._socket = self._port = None

    def _dial_cause(self, error: NetError) -> str:
        self.timed_out = isinstance(error, (NameSilent, TimedOut))
        self.way_dead = self.timed_out and not self._way_open()
        if self.way_dead:
            return "host_unreachable"  # not the name service alone: nothing answers
        name = self.hosts.now.name
        refused = isinstance(error, Refused)
        self._refusals[name] = self._refusals.get(name, 0) + 1 if refused else 0
        if self._refusals[name] >= NOT_A_RESTART:
            self.detail = f"the host refuses its port: {error}"
            return "wrong_settings"
        return DIAL_CAUSES.get(type(error), "host_unreachable")

    def _way_open(self) -> bool:
        """Whether anything comes back at all: a SYN to the name server (RFC 7766), RST will do."""
        try:
            self._dial_resolver(self._clock.now() + self._times.resolver).reset()
        except Refused:
            return True
        except NetError:
            return False
        return True

    def exchange(self, request: Message, wait: float) -> Message:
        """Send, and wait for the answer; raises Silence or BadAnswer. Only when connected."""
        port, socket = self._port, self._socket
        assert port is not None  # noqa: S101 - the caller has looked
        assert socket is not None  # noqa: S101 - as well
        self._log.say("net", f"> {request.mti} stan={request.get(11)}")
        again = socket.sent_again
        self._answered.discard((answer_mti(request.mti), request.stan))  # a 0400 is repeated
        self._asked.append((answer_mti(request.mti), request.stan))
        answer, ended = None, False
        try:
            port.write(frame(request))
            answer = self._receive(port, request, self._clock.now() + wait, again)
        except PortLost as error:
            self._log.say_warning("net", f"connection lost: {error}")
            ended = True
        except Garbled as error:
            self.hang_up()
            raise BadAnswer("host_error", "06", str(error)) from None
        if answer is None:
            self.hang_up()
            raise Silence(stalled=socket.sent_again - again >= STALLING, ended=ended)
        self._log.say("net", f"< {answer.mti} stan={answer.get(11)} code={answer.get(39) or '-'}")
        self._acquiring.check(request, answer)
        return answer

    def _receive(self, port: Port, request: Message, until: float, again: int) -> Message | None:
        """The next message that is not an echo of the past; None when waiting is over.

        It is over early when TCP gets no acknowledgement for what was sent (``again`` counts from
        there): then not the host is silent but the way to it is gone.
        """
        while True:
            chunk = port.read(min(until, self._clock.now() + 1.0))
            if chunk is None:
                if self._clock.now() >= until or self._stalled(again):
                    return None
                continue
            for inside in self._frames.feed(chunk.data):
                answer = unframe(inside)
                if not self._is_late(request, answer):
                    return answer

    def _stalled(self, again: int) -> bool:
        return self._socket is not None and self._socket.sent_again - again >= STALLED

    def _is_late(self, request: Message, answer: Message) -> bool:
        """Whether it answers what is past: a duplicate, or what was given up and perhaps reversed.

        An answer to what was never asked is another thing: then nothing of it can be believed.
        """
        key, mine = (answer.mti, answer.stan), (answer_mti(request.mti), request.stan)
        if key in self._answered or (key != mine and key in self._asked):
            self._log.say_warning("net", f"{answer.mti} stan={answer.get(11)} came late: ignored")
            self.take_late(answer)
            return True
        self._answered.add(key)
        return False

    def take_late(self, answer: Message) -> None:
        """What to do with an answer that comes late: nothing, whatever it says (N-1)."""
