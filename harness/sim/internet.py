"""The internet behind the link: names, hosts, and connections to them.

``connect`` does what a socket library does: ask the name service, send SYN, wait. All of it travels
as packets over a ``Way`` (the link, or a modem's bearer), so a hole makes it time out, an empty
plan makes it fail as the carrier's gateway does, and every header and every retry is charged.
"""

import re
from collections.abc import Callable
from typing import Protocol

from harness.clock import Clock
from harness.errors import PortError, PortLost
from harness.ports.base import Port
from harness.sim.tcp import CONNECTING, ENDED, OPEN, End, Segment

Accept = Callable[[Port], None]

DNS_SIZE = 28 + 17  # bytes: IPv4, UDP and a question's fixed part (RFC 1035, 4.1)
DNS_WAIT, DNS_TRIES = 5.0, 2  # s, as resolvers have it by default (resolv.conf)


class NetError(PortError):
    """A connection could not be had; the subclass says why."""


class NoBearer(NetError):
    """There is no data bearer, so no way out at all."""


class NameUnknown(NetError):
    """The name service says that there is no such host."""


class NameSilent(NetError):
    """The name service does not answer."""


class Refused(NetError):
    """The host, or a gateway on the way, answered with RST."""


class TimedOut(NetError):
    """Nobody answered."""


class Way(Protocol):
    """What carries packets between the terminal and the internet."""

    def carry(
        self,
        size: int,
        *,
        up: bool,
        deliver: Callable[[], None],
        reset: Callable[[], None] | None = None,
    ) -> None: ...


class Internet:
    """Hosts by name, and the way to them.

    Args:
        clock: The bench's clock.
        way: Used by ``connect`` where no other way is named.

    Attributes:
        names_silent: Set, and the name service answers nobody.
        silent_hosts: Hosts that take no notice of what arrives.
    """

    def __init__(self, clock: Clock, way: Way) -> None:
        self._clock, self._way = clock, way
        self._listeners: dict[tuple[str, int], Accept] = {}
        self._names: set[str] = set()
        self.names_silent = False
        self.silent_hosts: set[str] = set()

    def serve(self, host: str, port: int, accept: Accept) -> None:
        """Call ``accept`` with the server's end of every connection; it must not wait."""
        self._names.add(host)
        self._listeners[host, port] = accept

    def withdraw(self, host: str, port: int) -> None:
        """Stop listening: connections are refused; those that stand are left."""
        self._listeners.pop((host, port), None)

    def connect(self, host: str, port: int, *, until: float, way: Way | None = None) -> End:
        """A connection; ``until`` is the latest time to wait for it.

        Raises:
            NameUnknown: The name does not exist.
            NameSilent: No answer from the name service.
            Refused: RST instead of an answer.
            TimedOut: No answer at all.
        """
        way = way or self._way
        if not re.fullmatch(r"[0-9.]+", host):
            self._resolve(host, until, way)
        client = _Connection(self, way, host, port).client
        try:
            client.connect()
            client.arrived.wait_for(lambda: client.state != CONNECTING, until)
        finally:
            if client.state == CONNECTING:  # given up, or killed where it waited
                client.vanish()
        if client.state in (OPEN, ENDED) and client.why in ("", "closed"):
            return client
        if client.why == "refused":
            raise Refused(f"{host}:{port} refused the connection")
        raise TimedOut(f"{host}:{port} does not answer")

    def _resolve(self, host: str, until: float, way: Way) -> None:
        answers: list[bool] = []
        answered = self._clock.signal(f"the address of {host}")

        def answer() -> None:
            answers.append(host in self._names)
            answered.notify()

        def ask() -> None:
            if not self.names_silent:
                way.carry(DNS_SIZE + len(host) + 16, up=False, deliver=answer)

        for _ in range(DNS_TRIES):
            way.carry(DNS_SIZE + len(host), up=True, deliver=ask)
            patience = min(until, self._clock.now() + DNS_WAIT)
            if answered.wait_for(lambda: bool(answers), patience):
                break
        if not answers:
            raise NameSilent(f"no answer about {host} from the name service")
        if not answers[0]:
            raise NameUnknown(f"there is no host {host}")

    def listener(self, host: str, port: int) -> Accept | None:
        """Who listens there, None when nobody does."""
        return self._listeners.get((host, port))


class _Connection:
    """The two ends of one connection and the way between them."""

    def __init__(self, internet: Internet, way: Way, host: str, port: int) -> None:
        self._internet, self._way, self._host, self._port = internet, way, host, port
        self._clock = internet._clock  # noqa: SLF001 - its own class
        self.client = End(self._clock, f"{host}:{port}", self._send_up)
        self._server: End | None = None

    def _send_up(self, segment: Segment) -> None:
        self._way.carry(
            segment.size,
            up=True,
            deliver=lambda: self._at_server(segment),
            reset=self.client.cut,
        )

    def _send_down(self, segment: Segment) -> None:
        self._way.carry(
            segment.size,
            up=False,
            deliver=lambda: self.client.receive(segment),
            reset=self._cut_both,
        )

    def _cut_both(self) -> None:
        self.client.cut()
        if self._server is not None:
            self._server.cut()

    def _at_server(self, segment: Segment) -> None:
        if self._host in self._internet.silent_hosts:
            return
        if self._server is None and "S" in segment.flags:
            accept = self._internet.listener(self._host, self._port)
            if accept is not None:
                self._server = self._make_server(accept)
        if self._server is not None:
            self._server.receive(segment)
        elif "R" not in segment.flags:
            self._send_down(Segment("R"))

    def _make_server(self, accept: Accept) -> End:
        server = End(self._clock, f"client of {self._host}:{self._port}", self._send_down)

        def open_up() -> None:
            try:
                accept(server)
            except PortLost:  # it will not have it, or has gone: as a server that closes at once
                server.reset()

        server._opened = open_up  # noqa: SLF001 - its maker
        return server
