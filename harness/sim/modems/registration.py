"""A modem's registration with the network, as +CEREG tells it (3GPP TS 24.301, 5.5.1).

Cell search, attach, refusal with a cause, back-off, loss of the cell. Short gaps keep the
registration.
"""

import random
from collections.abc import Callable, Mapping
from typing import Any

from harness.clock import Clock, Timer
from harness.links.carrier import Carrier
from harness.sim.radio import Radio

IDLE, HOME, SEARCHING, DENIED, ROAMING = 0, 1, 2, 3, 5

#: What a refused modem does next (TS 24.301, 5.5.1.2.5): the card counts as invalid until it is
#: switched off or the card is taken out,
UNTIL_POWER = frozenset({3, 6, 7, 8})
#: the network counts as forbidden until somebody chooses anew,
UNTIL_CHOSEN = frozenset({11, 14, 35})
#: it goes on trying: T3411, after five attempts T3402, or T3346 where the network gave it.
#: All others: the area is forbidden, and the search goes on.
TRIED_AGAIN = frozenset({17, 19, 22})
ATTEMPTS = 5


def draw(rng: random.Random, times: Mapping[str, Any], name: str) -> float:
    """One of a personality's times, s."""
    span = times[name]
    return rng.uniform(span[0], span[1]) if isinstance(span, list) else float(span)


class Registration:
    """The state, and who is told of its changes.

    Args:
        clock: The bench's clock.
        personality: The modem's; ``times`` and ``quirks`` are used.
        rng: The modem's.
        radio: What the antenna hears.
        account: Who decides: the account of the card in use, None without one.
        roaming: Whether that card is a guest.
        may: Whether the modem may look for a network at all (power, SIM, +CFUN, +COPS).

    Attributes:
        stat: As in TS 27.007, 10.1.22.
        cause: EMM cause of the last refusal, while it has a meaning.
        changed: Called after ``stat`` or ``cause`` changed; must not wait.
        detached: Called when the network ends it, before that is told.
    """

    def __init__(
        self,
        clock: Clock,
        personality: Mapping[str, Any],
        *,
        rng: random.Random,
        radio: Radio,
        account: Callable[[], Carrier | None],
        roaming: Callable[[], bool],
        may: Callable[[], bool],
    ) -> None:
        self._clock, self._rng, self._radio, self._account = clock, rng, radio, account
        self._times, self._quirks = personality["times"], personality["quirks"]
        self._roaming, self._may = roaming, may
        self._pending = ""
        self._timer: Timer | None = None
        self._barred: int | None = None  # the cause that forbids further attempts
        self._attempts = 0
        self._held_until = 0.0  # T3346
        self.stat = IDLE
        self.cause: int | None = None
        self.changed: list[Callable[[], None]] = []
        self.detached: list[Callable[[], None]] = []
        radio.changed.append(self.look)

    @property
    def registered(self) -> bool:
        return self.stat in (HOME, ROAMING)

    def start_over(self, after: str = "choice") -> None:
        """Begin anew ``after``: ``power``, ``card``, ``radio`` or ``choice`` of a network."""
        gone = after in ("power", "card")
        forgiven = gone or (after == "radio" and self._quirks["barred_until"] == "radio")
        if forgiven or self._barred in UNTIL_CHOSEN:
            self._barred = None
        if after == "card" or (gone and self._quirks["back_off_until"] != "never"):
            self._held_until = 0.0
        self._attempts = 0
        self._become(IDLE)
        self._plan("", None)
        self.look()

    def look(self) -> None:
        """Something changed: decide what to do next."""
        if not self._may():
            self._plan("", None)
            self._become(IDLE)
        elif self._barred is not None:
            self._plan("", None)
            self._become(DENIED, self._barred)
        elif not self._radio.cell:
            self._miss_cell()
        elif self.registered and self._pending == "end":
            pass  # the network has decided already
        elif self.registered:
            barred = self._refusal() is not None
            self._plan(*(("detach", self._detach) if barred else ("", None)))
        elif self.stat == DENIED:
            self._plan("retry", self._decide)
        else:
            self._become(SEARCHING, self.cause)
            self._plan(*(("search", self._decide) if not self._attempts else self._next()))

    def throw_out(self) -> None:
        """The network ends it, whether it would take the modem in again or not."""
        if self.registered:
            self._plan("end", self._detach, draw(self._rng, self._times, "detach"))

    def _detach(self) -> None:
        for tell in list(self.detached):
            tell()
        if self._refusal() is None:
            self._become(SEARCHING)
            self.look()
        else:
            self._refuse()

    def _next(self) -> tuple[str, Callable[[], None]]:
        return ("t3411" if self._attempts < ATTEMPTS else "t3402"), self._decide

    def _miss_cell(self) -> None:
        if self.registered:
            self._plan("lost", lambda: self._become(SEARCHING))
        else:
            self._plan("", None)
            self._become(SEARCHING)

    def _refusal(self) -> int | None:
        account = self._account()
        return None if account is None else account.attach_refusal()

    def _decide(self) -> None:
        """The network answers an attach."""
        if not self._radio.cell:
            self.look()
        elif self._clock.now() < self._held_until:
            self._wait_out()
        elif self._refusal() is None:
            self._attempts = 0
            self._become(ROAMING if self._roaming() else HOME)
        else:
            self._refuse()

    def _refuse(self) -> None:
        """The network refuses an attach, or ends one."""
        cause, account = self._refusal(), self._account()
        if cause is None or account is None:
            self.look()
            return
        hold = account.back_off if account.mode == "detach" else 0.0
        self._held_until = self._clock.now() + hold if hold else self._held_until
        if cause in TRIED_AGAIN:
            self._attempts += 1
            self._become(SEARCHING, cause)
        else:
            self._barred = cause if cause in UNTIL_POWER | UNTIL_CHOSEN else None
            self._become(DENIED, cause)
        self._wait_out() if hold else self.look()

    def _wait_out(self) -> None:
        """T3346 runs: no attempt before it is over (TS 24.301, 5.3.9)."""
        self._plan("t3346", self._decide, self._held_until - self._clock.now())

    def _plan(self, what: str, act: Callable[[], None] | None, after: float | None = None) -> None:
        """Do ``act`` when its time has come, unless just that is already under way."""
        if what == self._pending:
            return
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._pending = what
        if act is None:
            return

        def fire() -> None:
            self._pending, self._timer = "", None
            act()

        if after is None:
            after = draw(self._rng, self._times, what)
        self._timer = self._clock.call_at(self._clock.now() + after, fire)

    def _become(self, stat: int, cause: int | None = None) -> None:
        if (stat, cause) == (self.stat, self.cause):
            return
        self.stat, self.cause = stat, cause
        for tell in list(self.changed):
            tell()
