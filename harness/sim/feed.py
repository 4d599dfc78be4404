"""The terminal's feed: the wire from a supply's output to the terminal, and the contacts in it.

All contacts are in series. While they are closed the terminal's rail is the supply's; once one is
open it falls with what the terminal draws from its own input capacitor (dU/dt = -I/C), or stays
at 0 V where something shorts it. Without a contact the two rails are one in all but name. Behind a
diode a cell may hold the terminal's rail up: then it falls to what the cell gives and no further.
"""

from collections.abc import Callable

from harness.clock import Clock, Timer
from harness.sim.rail import AFTER, Rail

#: What stands at the terminal's supply input, F and A: a bulk capacitor of the usual size for a
#: 5 V input, and what drains it when everything is off (both assumed).
CAPACITOR, BLEED = 220e-6, 0.005
FALL_STEP = 0.1  # V; the load is looked at again after each
CHARGED = 20e-6  # s from a contact's closing until the capacitor has the supply's voltage (assumed)
SHORTED = 5e-6  # s until a short has emptied it (assumed)
DEAD_SHORT = 100.0  # A that a shorted supply would have to give


class Source(Rail):
    """A supply's output; tells its feed whenever it is sent somewhere."""

    def __init__(self, clock: Clock, moved: Callable[[], None]) -> None:
        super().__init__(clock)
        self._moved = moved

    def go_to(self, volts: float, within: float = 0.0) -> None:
        super().go_to(volts, within)
        self._moved()

    def heading(self) -> tuple[float, float]:
        """Where it goes, V, and how long that still takes, s."""
        return self._v1, max(0.0, self._t1 - self._clock.now())


class Feed:
    """One supply output, one terminal, and what is in between.

    Attributes:
        source: The supply's end.
        load: The terminal's end.
        floor: What a cell holds the terminal's end at, V; 0 without one.
    """

    def __init__(
        self, clock: Clock, draw: Callable[[], float], changed: Callable[[], None]
    ) -> None:
        """Make an unbroken feed.

        Args:
            clock: The bench's clock.
            draw: What the terminal takes at present, A.
            changed: Called after the line was opened or closed: the supply's load is another.
        """
        self._clock, self._draw, self._changed = clock, draw, changed
        self._contacts: dict[str, bool] = {}
        self._shorts: dict[str, bool] = {}
        self._timer: Timer | None = None
        self.floor = 0.0
        self.source = Source(clock, self._follow)
        self.load = Rail(clock)

    @property
    def closed(self) -> bool:
        return all(self._contacts.values())

    @property
    def shorted(self) -> bool:
        return any(self._shorts.values())

    def hold(self, volts: float) -> None:
        """A cell gives the terminal so much from now on where the supply gives less; 0: none."""
        if volts == self.floor:
            return
        self.floor = volts
        if self.load.volts() < volts:
            self.load.go_to(volts)
        if self.closed:
            self._follow()
        else:
            self._switched()

    def amps(self) -> float:
        """What is drawn from the supply, A."""
        if not self.closed or (not self.shorted and self.source.volts() < self.floor):
            return 0.0
        return DEAD_SHORT if self.shorted else self._draw()

    def put_contact(self, name: str, *, closed: bool) -> None:
        """Put a contact into the line, or move it."""
        was, self._contacts[name] = self.closed, closed
        if self.closed != was:
            self._switched()

    def put_short(self, name: str, *, on: bool) -> None:
        """Short the terminal's side, or end it. With the line closed it shorts the supply too."""
        if self._shorts.get(name, False) != on:
            self._shorts[name] = on
            self._switched()

    def _switched(self) -> None:
        self._stop()
        if self.shorted:
            self.load.go_to(self.floor, SHORTED)
        elif self.closed:
            self.load.go_to(max(self.floor, self.source.volts()), CHARGED)
            self._timer = self._clock.call_at(self._clock.now() + CHARGED, self._follow)
        else:
            self._fall()
        self._changed()

    def _follow(self) -> None:
        """The terminal's rail goes where the supply's does."""
        if not self.closed or self.shorted:
            return
        self._stop()
        volts, (to, within) = self.source.volts(), self.source.heading()
        if min(volts, to) >= self.floor:
            self.load.go_to(to, within)
            return
        share = (self.floor - volts) / (to - volts) if to != volts else 0.0
        if to < self.floor:  # down to what the cell gives
            self.load.go_to(self.floor, within * share if volts > self.floor else 0.0)
        else:  # the cell carries it until the supply has got there
            self.load.go_to(self.floor)
            later = self._clock.now() + max(within * share, AFTER)
            self._timer = self._clock.call_at(later, self._follow)

    def _fall(self) -> None:
        volts = self.load.volts()
        if volts <= self.floor:
            return
        to = max(self.floor, volts - FALL_STEP)
        within = (volts - to) * CAPACITOR / max(BLEED, self._draw())
        self.load.go_to(to, within)
        self._timer = self._clock.call_at(self._clock.now() + within, self._fall)

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
