"""A Wi-Fi access point with a way into the internet of its own, and the terminal's station on it.

What a terminal's socket library sees of it: associated or not, an address, a signal, counters of
the net device. The air is one ``Path`` up and one down; nobody charges for it.
"""

import random
from collections.abc import Callable
from functools import partial

from harness.clock import Clock
from harness.links.flow import Flow
from harness.links.path import Path, Shape
from harness.sim.internet import Internet, NoBearer
from harness.sim.tcp import End

ASSOCIATES = (1.0, 3.0)  # s: scan, authentication, association, DHCP
SHAPE = Shape(delay=0.008, jitter=0.004, rate=20e6, loss=0.0)


class AccessPoint:
    """The access point, and the way behind it.

    Attributes:
        on: Whether it sends its beacons.
        up: The way from the station.
        down: The way to it.
        changed: Called after it went on or off; must not wait.
    """

    def __init__(self, clock: Clock, internet: Internet, *, rng: random.Random) -> None:
        self.clock, self.internet, self.rng = clock, internet, rng
        self.on = True
        self.up, self.down = Path(clock, rng, SHAPE), Path(clock, rng, SHAPE)
        self.changed: list[Callable[[], None]] = []

    def set_on(self, *, on: bool) -> None:
        """Switch it."""
        self.on = on
        for tell in list(self.changed):
            tell()


class Station:
    """The terminal's radio for it; it associates by itself whenever there is an access point.

    Attributes:
        associated: Whether it has an address.
        sent: Bytes, headers included, since the start.
        received: Bytes.
    """

    def __init__(self, point: AccessPoint) -> None:
        self._point = point
        self._session = 0
        self.associated = False
        self.sent = self.received = 0
        point.changed.append(self._look)
        self._look()

    def again(self) -> None:
        """Let go, and associate anew."""
        self._lose()
        self._look()

    def connect(self, host: str, port: int, *, until: float) -> End:
        """A TCP connection; raises NoBearer, or as ``Internet.connect``."""
        if not self.associated:
            raise NoBearer("no access point")
        way = _Air(self, self._session)
        return self._point.internet.connect(host, port, until=until, way=way)

    def _lose(self) -> None:
        self.associated = False
        self._session += 1

    def _look(self) -> None:
        point = self._point
        if not point.on:
            self._lose()
        elif not self.associated:
            after = point.rng.uniform(*ASSOCIATES)
            point.clock.call_at(point.clock.now() + after, partial(self._join, self._session))

    def _join(self, session: int) -> None:
        if session == self._session and self._point.on:
            self.associated = True

    def carries(self, session: int) -> bool:
        """Whether the association is still the one of then."""
        return self.associated and self._session == session

    def pass_up(self, size: int, deliver: Callable[[], None]) -> None:
        """A packet from the terminal."""
        self.sent += size
        self._point.up.carry(size, deliver)

    def pass_down(self, size: int, deliver: Callable[[], None]) -> None:
        """A packet to it."""
        self._point.down.carry(size, deliver)


class _Air:
    """The way over one association."""

    def __init__(self, station: Station, session: int) -> None:
        self._station, self._session = station, session

    def carry(
        self,
        size: int,
        *,
        up: bool,
        deliver: Callable[[], None],
        reset: Callable[[], None] | None = None,
        flow: Flow | None = None,
        answer: Callable[[str], None] | None = None,
        spoilt: Callable[[], None] | None = None,
    ) -> None:
        """Take a packet in one direction."""
        if not up:
            self._station.pass_down(size, partial(self._arrive, size, deliver))
        elif self._station.carries(self._session):
            self._station.pass_up(size, deliver)

    def _arrive(self, size: int, deliver: Callable[[], None]) -> None:
        if self._station.carries(self._session):
            self._station.received += size
            deliver()
