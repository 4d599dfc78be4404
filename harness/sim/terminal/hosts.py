"""The primary host and the secondary one: which of them the line leads to.

One is left when something is wrong with it that the other may not have. Who is at the secondary
goes back to the primary after a hold-down, when nobody sells and the primary lets in again; later
each time that was in vain. While neither serves, each go tries one of them: two would cost twice.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from harness.clock import Clock
from harness.sim.internet import NetError
from harness.sim.tcp import End
from harness.sim.terminal.log import Log
from harness.sim.terminal.personality import Times
from harness.sim.terminal.secure import Secure

#: Causes that another host need not have.
ELSEWHERE = frozenset({
    "host_unreachable", "host_silent", "host_error", "tls_error", "wrong_settings", "bad_mac",
})  # fmt: skip
RETURN_MOST = 3600.0  # s

Dial = Callable[[float], End]


class Host(NamedTuple):
    """One of them: its name, a connection to it, and how that is made secure."""

    name: str
    dial: Dial
    secure: Secure | None = None


class Hosts:
    """See the module text.

    Args:
        clock: The terminal's clock.
        known: The primary one first.
        times: How long to wait, for a connection and before going back.
        log: Is told which one is met.

    Attributes:
        now: The one in use, or last tried.
        spared: What is wrong with the primary while the secondary serves; None otherwise.
    """

    def __init__(self, clock: Clock, known: Sequence[Host], *, times: Times, log: Log) -> None:
        self._clock = clock
        self._known = {host.name: host for host in known}
        self._first = known[0]
        self._times = times
        self._log = log
        self._said = self._first.name
        self._back_after = times.host_return
        self._back_from = 0.0
        self._returning = False
        self._lost = 0  # goes in a row in which neither served
        self._wrong = "host_unreachable"  # with the primary, when last tried
        self.now = self._first
        self.spared: str | None = None

    def order(self) -> list[str]:
        """Whom to try: the one in use first, unless it is time to go back to the primary."""
        if self._lost:
            names = list(self._known)
            return [names[(self._lost - 1) % len(names)]]
        begin = [] if self._returning else [self.now.name]
        self._returning = False
        return begin + [name for name in self._known if name not in begin]

    def use(self, name: str) -> None:
        """Connections go there from now on."""
        self.now = self._known[name]

    def may_leave(self, cause: str) -> bool:
        """Whether this is worth another host."""
        return len(self._known) > 1 and cause in ELSEWHERE

    def leave(self, cause: str) -> bool:
        """The one in use takes connections and is no good: whether there is another to try."""
        if self.now is self._first:
            self._wrong = cause
        if self._lost or not self.may_leave(cause):
            return False
        if self.now is self._first:
            self._hold(cause)
        else:
            self.spared = None
        self.use(next(name for name in self._known if name != self.now.name))
        return True

    def settle_on(self, causes: Mapping[str, str | None]) -> str | None:
        """This is how it went, by host; returns what stopped it, None where one was reached."""
        reached = next((name for name, cause in causes.items() if cause is None), None)
        wrong = causes.get(self._first.name)
        self._wrong = wrong or self._wrong
        if reached is None:
            self.use(self._first.name)
            self.spared = None
            return self._wrong if self._lost else wrong or next(iter(causes.values()))
        if reached == self._first.name:
            self.spared = None
        elif wrong is not None:  # just left, or looked at in vain
            self._hold(wrong)
        elif self._lost:  # it was its turn: the primary may be well, too
            self._back_from = self._clock.now()
        if reached != self._said:
            self._said = reached
            self._log.say("net", f"host={reached}")
        return None

    def note(self, cause: str | None) -> None:
        """A go is over: what stopped it; None where nothing did, or nothing of the hosts'."""
        several = len(self._known) > 1
        self._lost = self._lost + 1 if several and cause in ELSEWHERE else 0
        if cause is None and self.now is self._first:
            self._back_after = self._times.host_return

    def _hold(self, cause: str) -> None:
        self.spared = cause
        self._back_from = self._clock.now() + self._back_after
        self._back_after = min(2 * self._back_after, RETURN_MOST)

    def may_return(self) -> bool:
        """Whether it is time to go back: the hold-down is over and the primary lets in."""
        if self.now is self._first or self._clock.now() < self._back_from:
            return False
        try:
            self._first.dial(self._clock.now() + self._times.connect).reset()
        except NetError:
            self._hold(self.spared or self._wrong)
            return False
        self._returning = True
        return True
