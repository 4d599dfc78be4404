"""From nothing to a connection to the host, over the first way out that gives one.

The ways are tried in the merchant's order. A way is left when something is wrong with it that
another may not have; never for a fault of the host's own. Who is on a spare goes back to the first
after a hold-down, when nobody sells, and later each time that was in vain.
"""

from collections.abc import Callable

from harness.clock import Clock
from harness.sim.terminal.bearers import Bearer
from harness.sim.terminal.host_line import HostLine
from harness.sim.terminal.ladder import Ladder
from harness.sim.terminal.log import Log
from harness.sim.terminal.personality import Personality

#: Causes that another way need not have.
ELSEWHERE = frozenset({
    "modem_fault", "sim_missing", "sim_expired", "sim_not_activated", "no_signal",
    "not_registered", "no_data_service", "wrong_settings", "data_exhausted", "dns_failure",
})  # fmt: skip
RETURN_MOST = 3600.0  # s


class Ways:
    """See the module text.

    Attributes:
        bearer: The way in use, or last tried.
        spared: What is wrong with the first way while another one carries; None otherwise.
    """

    def __init__(
        self, clock: Clock, bearers: list[Bearer], *, personality: Personality, host_line: HostLine,
        log: Log, use: Callable[[str], None], tell: Callable[[str], None],
    ) -> None:  # fmt: skip
        self._clock = clock
        self._bearers = bearers
        self._times = personality.times
        self._tries = personality.limits.connect_tries
        self._host = host_line
        self._log = log
        self._use = use
        self._tell = tell
        self._ladder = Ladder(clock)
        self._said = ""
        self._back_after = self._times.return_after
        self._back_from = 0.0
        self._returning = False
        self.bearer = bearers[0]
        self.spared: str | None = None

    @property
    def all(self) -> tuple[Bearer, ...]:
        """Every way there is, in the merchant's order."""
        return tuple(self._bearers)

    # --- connecting -------------------------------------------------------------------------

    def connect(self) -> str | None:
        """Have a connection to the host; what stopped it, or None."""
        first, causes = self._bearers[0], {}
        for bearer in self.order():
            self.bearer = bearer
            self._use(bearer.device)
            cause = causes[bearer.name] = self._over(bearer)
            if cause is None:
                self._settle_on(bearer, causes.get(first.name))
                return None
            if not self._may_leave(cause):
                break
            if bearer is first and len(self._bearers) > 1:
                self._tell(cause)  # whatever the others give
        self.spared = None
        if len(causes) > 1:
            self._mend_first()
        return causes.get(first.name) or cause

    def _mend_first(self) -> None:
        """No way is good, so what is left out while there are others is due after all."""
        self.bearer = self._bearers[0]
        self._use(self.bearer.device)
        if self._host.way_dead:
            self.climb("bearer")

    def order(self) -> list[Bearer]:
        """The one in use first, unless it is time to go back to the first."""
        begin = [self.bearer] if self.spared is not None and not self._returning else []
        self._returning = False
        return begin + [bearer for bearer in self._bearers if bearer not in begin]

    def _may_leave(self, cause: str) -> bool:
        return cause in ELSEWHERE or self._host.way_dead

    def _settle_on(self, bearer: Bearer, cause: str | None) -> None:
        if bearer.name != self._said:
            self._said = bearer.name
            self._log.say("net", f"bearer={bearer.name}")
        if bearer is self._bearers[0]:
            self.spared = None
            return
        if self.spared is None:
            self._back_after = self._times.return_after
        if cause is not None:  # just left, or looked at in vain
            self.spared = cause
            self._back_from = self._clock.now() + self._back_after
            self._back_after = min(2 * self._back_after, RETURN_MOST)

    def may_return(self) -> bool:
        """Whether it is time to look at the first way again."""
        due = self.spared is not None and self._clock.now() >= self._back_from
        if due and self._bearers[0].device != self.bearer.device:  # it can be seen from here
            due = self._bearers[0].look() is None
            self._back_from = self._clock.now() + (0.0 if due else self._times.return_after)
        self._returning = due
        return due

    def _over(self, bearer: Bearer) -> str | None:
        """One go at everything from the SIM to the connection."""
        bearer.ended()
        several = len(self._bearers) > 1
        wait = self._times.modem_boot if bearer is not self._bearers[0] else 0.0
        cause = bearer.look(wait=max(wait, self._times.register_wait))
        if cause == "no_data_service" and not several and self.climb("radio"):
            cause = bearer.look(wait=self._times.modem_boot)
        return cause or self._reach_host(bearer, several=several)

    def _reach_host(self, bearer: Bearer, *, several: bool) -> str | None:
        """One host after the other, the one in use first."""
        causes: dict[str, str | None] = {}
        for name in self._host.hosts.order():
            self._host.hosts.use(name)
            causes[name] = cause = self._try_host(bearer, several=several)
            if cause is None or self._host.way_dead or not self._host.hosts.may_leave(cause):
                break
            if len(causes) == 1:
                self._tell(cause)  # whatever the other gives
        return self._host.hosts.settle_on(causes)

    def _try_host(self, bearer: Bearer, *, several: bool) -> str | None:
        cause: str | None = None
        for _ in range(self._tries):
            cause = self._host.dial()
            if cause is None:
                return None
            account = bearer.account()  # an empty plan looks just like a dead host
            if account is not None or not self._host.timed_out:
                return account or cause
            if self._host.way_dead and several:
                return cause
            if self._host.way_dead and self.climb("bearer"):
                missing = bearer.look(wait=self._times.modem_boot)
                if missing is not None:
                    return missing
                bearer.ended()  # its end was our doing, and nothing is connected over it yet
        return cause

    # --- what is wrong with it --------------------------------------------------------------

    def climb(self, least: str) -> bool:
        """Nothing comes through, and no reason is seen: whether a remedy was due."""
        remedy = self._ladder.next(least=least)
        if remedy is not None:
            self.bearer.mend(remedy)
        return remedy is not None

    def start_over(self) -> None:
        """The line works, or what was wrong with it has changed."""
        self._ladder.start_over()

    def proven(self) -> None:
        """The line works: whatever the carrier wrote of an empty plan is over."""
        told = self.bearer.told
        if told is not None and told.notice.cause is not None:
            told.forget()

    def why_silent(self, *, stalled: bool, ended: bool) -> str:
        """Nothing came back: is it the radio, the plan, the way, or the host?

        Args:
            stalled: TCP had no acknowledgement either.
            ended: The connection was ended from the other side: whether it takes a new one, with
                all that belongs to it, tells why.
        """
        cause = self.bearer.look() or self.bearer.account()
        if cause is not None or stalled:
            return cause or "host_unreachable"
        # Whoever takes a connection and says nothing is silent himself.
        cause = self._host.dial() if ended else self._host.knock()
        self._host.hang_up()
        return cause or "host_silent"
