"""The line to the host: brought up, watched while idle, torn down, classified, brought up again.

One task (``run``) owns the line's state; who wants to talk takes its turn by ``exchange``.
A failure is first classified (what exactly is missing?) and then said.
"""

import random
from collections.abc import Callable

from harness.clock import Clock
from harness.sim.terminal.acquiring import Acquiring, BadAnswer
from harness.sim.terminal.host_line import HostLine, Silence
from harness.sim.terminal.log import Log
from harness.sim.terminal.personality import Personality
from harness.sim.terminal.plan_meter import PlanMeter
from harness.sim.terminal.screen import Alarms
from harness.sim.terminal.sign_on import SignOn
from harness.sim.terminal.storage import Storage
from harness.sim.terminal.turn import Turn
from harness.sim.terminal.ways import Ways
from harness.wire.iso8583 import Message

#: Conditions of which the line has one at a time.
LINE_CAUSES = (
    "modem_fault", "sim_missing", "sim_expired", "sim_not_activated", "no_signal", "not_registered",
    "no_data_service", "wrong_settings", "data_exhausted", "dns_failure", "host_unreachable",
    "host_silent", "tls_error", "bad_mac", "host_error", "terminal_disabled", "not_signed_on",
)  # fmt: skip

#: Causes of which the host line may know more.
DETAILED = ("tls_error", "wrong_settings", "terminal_disabled")


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
        heartbeat_every: Seconds between two looks at a line that is up.
        cause: What keeps it from being up; None when nothing is known to.
    """

    def __init__(
        self, clock: Clock, *, personality: Personality, ways: Ways, acquiring: Acquiring,
        sign_on: SignOn, host_line: HostLine, meter: PlanMeter, storage: Storage, alarms: Alarms,
        log: Log, rng: random.Random, on_change: Callable[[], None], idle: Callable[[], bool],
    ) -> None:  # fmt: skip
        self._clock = clock
        self._times = personality.times
        self._limits = personality.limits
        self._ways = ways
        self._acquiring = acquiring
        self._sign_on = sign_on
        self._host = host_line
        self._meter = meter
        self._storage = storage
        self._alarms = alarms
        self._log = log
        self._rng = rng
        self._on_change = on_change
        self._idle = idle
        self.heartbeat_every = personality.times.heartbeat
        self._turn = Turn(clock, "the host line")
        self._poked = clock.signal("news of the line")
        self._settled = clock.signal("an end of trying the line")
        self._news = False
        self._tries = 0
        self._failures = 0
        self._retries = 0
        self._spent = 0
        self._down_since = 0.0
        self.online = False
        self.cause: str | None = None

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
            self._host.hang_up()
            cause = self._go()
            self._host.hosts.note(None if self._host.way_dead else cause)
            return cause

    def _go(self) -> str | None:
        cause = self._ways.connect()
        if cause is not None:
            return cause
        cause = self._meet_host()
        if cause is not None and self._host.hosts.leave(cause):
            self._alarms.begin(cause)  # whatever the other gives
            self._host.hang_up()
            cause = self._ways.connect() or self._meet_host()
        return cause

    def settle_on(self, cause: str | None) -> None:
        """This is how it stands: say what is new and what is over."""
        self._count_retries(cause)
        if self.cause == "data_exhausted" != cause:  # paid for: now it is worth trying
            self._failures = 0
            self._ways.start_over()
        self.cause = cause
        self.online = cause is None
        self._tries += 1
        told = cause or self.spared
        self._alarms.end(*(other for other in LINE_CAUSES if other != told))
        if cause is None:
            self._failures = 0
            self._ways.start_over()
            self._ways.proven()
        if told is not None:
            self._alarms.begin(told, self._host.detail if told in DETAILED else "")
        self._on_change()
        self._settled.notify()

    def _count_retries(self, cause: str | None) -> None:
        """What a line that was down has cost, once it is up."""
        self._meter.count(self._ways.bearer.name)
        if cause is not None:
            self._retries += 1
        elif self._retries:
            spent = self._meter.total - self._spent
            self._log.say("net", f"retries bytes={spent} tries={self._retries}")
            self._retries = 0
        if self._retries <= 1:
            self._down_since = self._clock.now()
        if not self._retries:
            self._spent = self._meter.total

    def wait_before_retry(self) -> None:
        """Longer after each failure, up to a limit, never in step with others (invariant 22)."""
        if self._storage.signed_off and self.cause == "not_signed_on":
            self._wait_for_news(self._times.saving_most)
            return
        longest = min(
            self._times.back_off_most, self._times.back_off_first * 2 ** min(self._failures, 10)
        )
        self._wait_for_news(max(longest * self._rng.uniform(0.7, 1.0), self.saving()))

    def saving(self) -> float:
        """Seconds to wait until the retries have cost no more than they may."""
        limits, elapsed = self._limits, self._clock.now() - self._down_since
        owed = self._meter.total - self._spent - limits.retry_bytes
        owed_for = owed / limits.retry_rate - elapsed
        return min(max(0.0, owed_for), self._times.saving_most)

    def _stay_online(self) -> None:
        while self.online:
            self._wait_for_news(self.heartbeat_every)
            if self.online:
                self.heartbeat()

    def heartbeat(self) -> None:
        """Look at the modem and have the host answer an echo; a sale under way is proof enough."""
        bearer = self._ways.bearer
        cause = bearer.look()
        if cause is None:
            self._meter.look(bearer.name, bearer.told)
        if not self.online:
            return  # somebody has dropped it meanwhile: it is down already
        if cause is not None or bearer.ended():
            self._drop(cause)  # a socket does not outlive its bearer, even if there is a new one
        elif self._may_rest() and (self._ways.may_return() or self._host.hosts.may_return()):
            self._drop(None)
        elif self._may_rest() and self._sign_on.asked:
            self.broken()
        elif not self._turn.held:
            self._probe()

    def _may_rest(self) -> bool:
        """Nobody would miss the line for a few seconds."""
        return not self._turn.held and not self._storage.pending and self._idle()

    def _probe(self) -> None:
        echo = self._acquiring.echo(self._storage.next_stan(), self._storage.batch)
        try:
            self.exchange(echo, self._times.probe)
        except (Unsent, NoAnswer, BadAnswer) as trouble:
            self._drop(trouble.cause)

    def _drop(self, cause: str | None) -> None:
        """The line is down; with a cause where one is known already."""
        self._host.hang_up()
        self.online = False
        if cause is not None:
            self.settle_on(cause)
        else:
            self._on_change()

    def _wait_for_news(self, seconds: float) -> None:
        self._poked.wait_for(lambda: self._news, self._clock.now() + seconds)
        self._news = False

    @property
    def spared(self) -> str | None:
        """What is wrong with the first way or host while a spare one serves; None otherwise."""
        return self._ways.spared or self._host.hosts.spared

    @property
    def spare(self) -> str:
        """Which spare serves: a bearer's name, else the secondary host."""
        return self.bearer if self._ways.spared is not None else "host 2"

    @property
    def bearer(self) -> str:
        """The way in use, or last tried."""
        return self._ways.bearer.name

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
        try:
            with self._turn.taken():
                return self._exchange(request, wait)
        except NoAnswer:
            self.poke()  # the line's own task looks after it now
            raise

    def broken(self) -> None:
        """The host's answers cannot be trusted: sign on anew before anything else."""
        self._acquiring.work_keys = None
        self._drop(None)
        self.poke()

    # --- from the bearer to the host --------------------------------------------------------

    def _meet_host(self) -> str | None:
        """Only who signs us on, or answers an echo, counts as there."""
        try:
            return self._sign_on.meet(lambda request: self._exchange(request, self._times.probe))
        except (Unsent, NoAnswer, BadAnswer) as trouble:
            return trouble.cause

    def _exchange(self, request: Message, wait: float) -> Message:
        if not self._host.connected:
            raise Unsent(self.cause or "host_unreachable")
        try:
            answer = self._host.exchange(request, wait)
        except Silence as silence:
            self.online = False
            cause = self._ways.why_silent(stalled=silence.stalled, ended=silence.ended)
            self.settle_on(cause)
            raise NoAnswer(cause) from silence
        except BadAnswer as bad:
            self._log.say_warning("net", str(bad))
            raise
        self._sign_on.asked |= answer.demand == "sign_on"
        return answer
