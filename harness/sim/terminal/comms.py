"""The line to the host: brought up, watched while idle, torn down, classified, brought up again.

One task (``run``) owns the line's state; whoever wants to talk takes the line's turn and calls
``exchange``. A failure is first classified (what exactly is missing?) and then said.
"""

import random
from collections.abc import Callable

from harness.clock import Clock
from harness.errors import Garbled, PortLost
from harness.sim.internet import NameSilent, NameUnknown, NetError, NoBearer, Refused
from harness.sim.tcp import End
from harness.sim.terminal.acquiring import Acquiring, BadAnswer
from harness.sim.terminal.cellular import Cellular
from harness.sim.terminal.log import Log
from harness.sim.terminal.personality import Personality
from harness.sim.terminal.screen import Alarms
from harness.sim.terminal.storage import Storage
from harness.sim.terminal.turn import Turn
from harness.wire.iso8583 import Deframer, Message, frame, unframe

#: Conditions of which the line has one at a time.
LINE_CAUSES = (
    "modem_fault", "sim_missing", "sim_expired", "sim_not_activated", "no_signal", "not_registered",
    "no_data_service", "data_exhausted", "dns_failure", "host_unreachable", "host_silent", "bad_mac",
    "host_error", "terminal_disabled", "not_signed_on",
)  # fmt: skip


#: As many retransmissions (after 1, 3, 7 and 15 s) mean that the way is gone: waiting ends.
STALLED = 4
#: As many are enough to tell a dead way from a silent host once waiting is over.
STALLING = 2


class Unsent(Exception):
    """The request never left: there was no connection. ``cause`` says why."""

    def __init__(self, cause: str) -> None:
        super().__init__(cause)
        self.cause = cause


class NoAnswer(Exception):
    """The request may have been sent, and nothing came back. ``cause`` says why."""

    def __init__(self, cause: str) -> None:
        super().__init__(cause)
        self.cause = cause


class Comms:
    """See the module text.

    Attributes:
        online: Whether a signed-on connection to the host is up.
        cause: What keeps it from being up; None when nothing is known to.
    """

    def __init__(
        self, clock: Clock, *, personality: Personality, cellular: Cellular, acquiring: Acquiring,
        storage: Storage, alarms: Alarms, log: Log, rng: random.Random,
        connect: Callable[[float], End], connect_resolver: Callable[[float], End],
        on_change: Callable[[], None],
    ) -> None:  # fmt: skip
        self._clock = clock
        self._times = personality.times
        self._limits = personality.limits
        self._cellular = cellular
        self._acquiring = acquiring
        self._storage = storage
        self._alarms = alarms
        self._log = log
        self._rng = rng
        self._connect = connect
        self._connect_resolver = connect_resolver
        self._on_change = on_change
        self._port: End | None = None
        self._frames = Deframer()
        self._answered: set[tuple[str, int]] = set()
        self._turn = Turn(clock, "the host line")
        self._poked = clock.signal("news of the line")
        self._settled = clock.signal("an end of trying the line")
        self._news = False
        self._tries = 0
        self._failures = 0
        self.online = False
        self.cause: str | None = None
        self.idle_work: Callable[[], None] = lambda: None

    # --- the line's own task ----------------------------------------------------------------

    def run(self) -> None:
        """Keep the line up for ever."""
        while True:
            self._news = False
            cause = self.try_line()
            self.settle_on(cause)
            if cause is None:
                self._stay_online()
            else:
                self._failures += 1
                self.wait_before_retry()

    def try_line(self) -> str | None:
        """One go at everything from the SIM to the sign-on; what stopped it, or None."""
        with self._turn.taken():
            self._hang_up()
            self._cellular.bearer_ended = False
            cause = self._cellular.look(wait=self._times.register_wait)
            return cause or self._reach_host() or self._meet_host()

    def settle_on(self, cause: str | None) -> None:
        """This is how it stands: say what is new and what is over."""
        self.cause = cause
        self.online = cause is None
        self._tries += 1
        self._alarms.end(*(other for other in LINE_CAUSES if other != cause))
        if cause is None:
            self._failures = 0
        else:
            self._alarms.begin(cause)
        self._on_change()
        self._settled.notify()

    def wait_before_retry(self) -> None:
        """Longer after each failure, up to a limit, never in step with others (invariant 22)."""
        longest = min(
            self._times.back_off_most, self._times.back_off_first * 2 ** min(self._failures, 10)
        )
        self._wait_for_news(longest * self._rng.uniform(0.7, 1.0))

    def _stay_online(self) -> None:
        while self.online:
            self.idle_work()
            if not self.online:
                break
            self._wait_for_news(self._times.heartbeat)
            if self.online:
                self._heartbeat()

    def _heartbeat(self) -> None:
        """Look at the modem and have the host answer an echo; a sale under way is proof enough."""
        cause = self._cellular.look()
        if cause is not None or self._cellular.bearer_ended:
            self._drop(cause)  # a socket does not outlive its bearer, even if there is a new one
        elif not self._turn.held:
            self._probe()

    def _probe(self) -> None:
        try:
            self.exchange(self._acquiring.echo(self._storage.next_stan(), self._storage.batch),
                          self._times.probe)  # fmt: skip
        except Unsent as trouble:
            self._drop(trouble.cause or None)
        except NoAnswer as trouble:
            # Not answering is not yet a cause: trying the line anew tells host from path.
            self._drop(trouble.cause if trouble.cause != "host_silent" else None)
        except BadAnswer as trouble:
            self._drop(trouble.cause)

    def _drop(self, cause: str | None) -> None:
        self._hang_up()
        self.online = False
        if cause is not None:
            self.settle_on(cause)
        else:
            self._on_change()

    def _wait_for_news(self, seconds: float) -> None:
        self._poked.wait_for(lambda: self._news, self._clock.now() + seconds)
        self._news = False

    # --- what others ask for ----------------------------------------------------------------

    def poke(self) -> None:
        """Look again now: something has happened, or somebody wants to sell."""
        self._news = True
        self._poked.notify()

    def wanted(self) -> str | None:
        """Have the line up, trying once more if it is down; what stands in the way, or None."""
        if self.online:
            return None
        before = self._tries
        self.poke()
        self._settled.wait_for(
            lambda: self.online or self._tries > before,
            self._clock.now() + self._times.line_wait,
        )
        return None if self.online else self.cause or "host_unreachable"

    def exchange(self, request: Message, wait: float) -> Message:
        """Send, and wait for the answer; raises Unsent, NoAnswer or BadAnswer."""
        with self._turn.taken():
            return self._exchange(request, wait)

    def broken(self) -> None:
        """The host's answers cannot be trusted: sign on anew before anything else."""
        self._acquiring.work_keys = None
        self._drop(None)
        self.poke()

    # --- one connection ---------------------------------------------------------------------

    def _reach_host(self) -> str | None:
        cause: str | None = None
        for _ in range(self._limits.connect_tries):
            cause = self._dial()
            if cause is None:
                return None
            account = self._cellular.account()  # an empty plan looks just like a dead host
            if account is not None:
                return account
        return cause

    def _way_open(self) -> bool:
        """Whether anything comes back at all: a SYN to the name server (RFC 7766), RST will do."""
        try:
            self._connect_resolver(self._clock.now() + self._times.resolver).reset()
        except Refused:
            return True
        except NetError:
            return False
        return True

    def _dial(self) -> str | None:
        """One connection attempt; what stopped it, or None."""
        try:
            self._port = self._connect(self._clock.now() + self._times.connect)
        except NetError as error:
            self._log.warn("net", f"no connection: {error}")
            return self.dial_cause(error)
        self._frames, self._answered = Deframer(), set()
        self._log.info("net", "connected")
        return None

    def dial_cause(self, error: NetError) -> str:
        """Which condition a failed connection is a sign of."""
        if isinstance(error, NameSilent) and not self._way_open():
            return "host_unreachable"  # not the name service alone: nothing answers
        return DIAL_CAUSES.get(type(error), "host_unreachable")

    def _meet_host(self) -> str | None:
        """Sign on, or have an echo answered: only then does the host count as there."""
        try:
            if self._acquiring.signed_on:
                echo = self._acquiring.echo(self._storage.next_stan(), self._storage.batch)
                self._exchange(echo, self._times.probe)
                return None
            return self._sign_on()
        except (Unsent, NoAnswer, BadAnswer) as trouble:
            return trouble.cause

    def _sign_on(self) -> str | None:
        batch = self._storage.batch
        request = self._acquiring.sign_on(self._storage.next_stan(), batch)
        answer = self._exchange(request, self._times.probe)
        code = answer.get(39)
        if code != "00":
            self._log.warn("net", f"sign-on refused, code {code}")
            return "terminal_disabled" if code in ("03", "58", "97") else "not_signed_on"
        new_batch = self._acquiring.take_keys(answer)
        self._log.info("net", f"signed on, batch {new_batch:06d}")
        self.take_batch(new_batch)
        return None

    def take_batch(self, number: int) -> None:
        """The host's batch number holds from now on, unless ours has entries (invariant 9)."""
        storage = self._storage
        if number != storage.batch and not storage.journal and not storage.pending:
            storage.open_batch(number)

    def _exchange(self, request: Message, wait: float) -> Message:
        port = self._port
        if port is None:
            raise Unsent(self.cause or "host_unreachable")
        self._log.info("net", f"> {request.mti} stan={request.get(11)}")
        again = port.sent_again
        try:
            port.write(frame(request))
            answer = self._receive(port, request, self._clock.now() + wait, again)
        except PortLost as error:
            self._log.warn("net", f"connection lost: {error}")
            answer = None
        except Garbled as error:
            self._lose_line()
            raise BadAnswer("host_error", "06", str(error)) from None
        if answer is None:
            stalled = port.sent_again - again >= STALLING
            self._lose_line()
            cause = self.why_silent(stalled=stalled)
            self.settle_on(cause)
            raise NoAnswer(cause)
        self._log.info("net", f"< {answer.mti} stan={answer.get(11)} code={answer.get(39) or '-'}")
        try:
            self._acquiring.check(request, answer)
        except BadAnswer as bad:
            self._log.warn("net", str(bad))
            raise
        return answer

    def _receive(
        self, port: End, request: Message, until: float, again: int
    ) -> Message | None:
        """The next message that is not an echo of the past; None when waiting is over.

        It is over early when TCP gets no acknowledgement for what was sent (``again`` counts from
        there): then not the host is silent but the way to it is gone.
        """
        while True:
            chunk = port.read(min(until, self._clock.now() + 1.0))
            if chunk is None:
                if self._clock.now() >= until or port.sent_again - again >= STALLED:
                    return None
                continue
            for inside in self._frames.feed(chunk.data):
                answer = unframe(inside)
                key = (answer.mti, answer.stan)
                late = answer.mti == "0210" and request.mti == "0400" and answer.stan == request.stan
                if late or key in self._answered:
                    self._log.warn("net", f"< {answer.mti} stan={answer.get(11)} is late: ignored")
                    continue
                self._answered.add(key)
                return answer

    def why_silent(self, *, stalled: bool) -> str:
        """Nothing came back: is it the radio, the plan, the way, or the host?"""
        cause = self._cellular.look() or self._cellular.account()
        if cause is not None or stalled:
            return cause or "host_unreachable"
        cause = self._dial()  # whoever takes a connection and says nothing is silent himself
        self._hang_up()
        return cause or "host_silent"

    def _lose_line(self) -> None:
        """A line on which an answer is owed is not used again: it may still come, late."""
        self._hang_up()
        self.online = False
        self._on_change()
        self.poke()

    def _hang_up(self) -> None:
        """End with RST, not FIN: what TCP still holds of a request given up must never arrive."""
        if self._port is not None:
            self._port.reset()
            self._port = None


#: Errors of the data plane -> what they are a sign of.
DIAL_CAUSES: dict[type[NetError], str] = {
    NoBearer: "no_data_service", NameUnknown: "dns_failure", NameSilent: "dns_failure",
}  # fmt: skip
