"""A modem's registration with the network, as +CEREG tells it (3GPP TS 24.301, 5.5.1).

Cell search, attach, refusal with a cause, loss of the cell. Short gaps keep the registration.
"""

import random
from collections.abc import Callable, Mapping
from typing import Any

from harness.clock import Clock, Timer
from harness.links.carrier import Carrier
from harness.sim.radio import Radio

IDLE, HOME, SEARCHING, DENIED, ROAMING = 0, 1, 2, 3, 5

#: After these the USIM counts as invalid until power-off or a new SIM (TS 24.301, 5.5.1.2.5).
FOR_GOOD = frozenset({3, 6, 8})


def draw(rng: random.Random, times: Mapping[str, Any], name: str) -> float:
    """One of a personality's times, s."""
    span = times[name]
    return rng.uniform(span[0], span[1]) if isinstance(span, list) else float(span)


class Registration:
    """The state, and who is told of its changes.

    Args:
        clock: The bench's clock.
        personality: The modem's; ``times``, ``causes`` and ``cell`` are used.
        rng: The modem's.
        radio: What the antenna hears.
        carrier: Who decides.
        may: Whether the modem may look for a network at all (power, SIM, +CFUN, +COPS).

    Attributes:
        stat: As in TS 27.007, 10.1.22.
        cause: EMM cause of the last refusal while denied.
        changed: Called after ``stat`` or ``cause`` changed; must not wait.
    """

    def __init__(
        self,
        clock: Clock,
        personality: Mapping[str, Any],
        *,
        rng: random.Random,
        radio: Radio,
        carrier: Carrier,
        may: Callable[[], bool],
    ) -> None:
        self._clock, self._rng, self._radio, self._carrier = clock, rng, radio, carrier
        self._times, self._causes = personality["times"], personality["causes"]
        self._on_air = ROAMING if personality["cell"]["roaming"] else HOME
        self._may = may
        self._pending = ""
        self._timer: Timer | None = None
        self.stat = IDLE
        self.cause: int | None = None
        self.changed: list[Callable[[], None]] = []
        radio.changed.append(self.look)
        carrier.on_subscription.append(self.look)

    @property
    def registered(self) -> bool:
        return self.stat in (HOME, ROAMING)

    def start_over(self) -> None:
        """Forget refusals: the SIM or the radio was switched off and on."""
        self._become(IDLE)
        self._plan("", None)
        self.look()

    def look(self) -> None:
        """Something changed: decide what to do next."""
        if not self._may():
            self._plan("", None)
            self._become(IDLE)
        elif self.stat == DENIED and self.cause in FOR_GOOD:
            return
        elif not self._radio.cell:
            self._miss_cell()
        elif self.registered:
            barred = self._carrier.subscription != "active"
            self._plan(*(("detach", self._decide) if barred else ("", None)))
        elif self.stat == DENIED:
            self._plan("retry", self._decide)
        else:
            self._become(SEARCHING)
            self._plan("search", self._decide)

    def _miss_cell(self) -> None:
        if self.registered:
            self._plan("lost", lambda: self._become(SEARCHING))
        else:
            self._plan("", None)
            self._become(SEARCHING)

    def _decide(self) -> None:
        """The network answers an attach, or ends one."""
        if not self._radio.cell:
            self.look()
        elif self._carrier.subscription == "active":
            self._become(self._on_air)
        else:
            self._become(DENIED, int(self._causes[self._carrier.subscription]))
            self.look()

    def _plan(self, what: str, act: Callable[[], None] | None) -> None:
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

        after = draw(self._rng, self._times, what)
        self._timer = self._clock.call_at(self._clock.now() + after, fire)

    def _become(self, stat: int, cause: int | None = None) -> None:
        if (stat, cause) == (self.stat, self.cause):
            return
        self.stat, self.cause = stat, cause
        for tell in list(self.changed):
            tell()
