"""The internet behind the link: names, hosts, and connections to them.

``connect`` does what a socket library does: ask the name service, send SYN, wait. All of it travels
as packets over a ``Way`` (the link, or a modem's bearer), so a hole makes it time out, an empty
plan makes it fail as the carrier's gateway does, and every header and every retry is charged.
"""

from collections.abc import Callable
from functools import partial
from ipaddress import IPv4Address

from harness.clock import Clock
from harness.errors import PortError, PortLost
from harness.links import names
from harness.links.carrier import Carrier
from harness.links.endings import DNS, HTTP, PORTAL, SECURE
from harness.links.flow import Flow
from harness.links.portal import Portal
from harness.links.way import Way
from harness.model.network import Door, Exhaustion
from harness.ports.base import Port
from harness.sim.tcp import CONNECTING, ENDED, OPEN, End, Segment

Accept = Callable[[Port], None]

DATAGRAM = 28  # bytes: IPv4 and UDP headers
RESOLVER = "10.0.0.53"
DNS_WAIT, DNS_TRIES = 5.0, 2  # s, as resolvers have it by default (resolv.conf)
FIRST = IPv4Address("198.18.0.1")  # hosts get addresses from here on (RFC 2544)


class NetError(PortError):
    """A connection could not be had; the subclass says why."""


class NoBearer(NetError):
    """There is no data bearer, so no way out at all."""


class NameUnknown(NetError):
    """The name service says that there is no such host."""


class NameSilent(NetError):
    """The name service does not answer, or refuses to (both are EAI_AGAIN to a socket's user)."""


class Refused(NetError):
    """The host, or a gateway on the way, answered with RST."""


class Unreachable(NetError):
    """A gateway on the way says by ICMP that nobody may go there."""


class TimedOut(NetError):
    """Nobody answered."""


class Internet:
    """Hosts by name, and the way to them.

    Args:
        clock: The bench's clock.
        way: Used by ``connect`` where no other way is named.

    Attributes:
        names_silent: Set, and the name service answers nobody.
        silent_hosts: Hosts that take no notice of what arrives.
        zone: Name -> address of all hosts.
        portal: Who is at the portal's address.
    """

    def __init__(self, clock: Clock, way: Way) -> None:
        self._clock, self._way = clock, way
        self._listeners: dict[tuple[str, int], Accept] = {}
        self._doors: dict[tuple[str, int], Callable[[], Door]] = {}
        self._asked = 0
        self.zone: dict[str, str] = {PORTAL[0]: PORTAL[1]}
        self.names_silent = False
        self.silent_hosts: set[str] = set()
        self.portal = Portal(clock)

    def serve(self, host: str, port: int, accept: Accept) -> None:
        """Call ``accept`` with the server's end of every connection; it must not wait."""
        if not _is_address(host) and host not in self.zone:
            self.zone[host] = str(FIRST + len(self.zone) - 1)
        self._listeners[self._address(host), port] = accept

    def guard(self, host: str, port: int, knock: Callable[[], Door]) -> None:
        """Ask ``knock`` at each attempt to connect whether anybody listens."""
        self._doors[self._address(host), port] = knock

    def withdraw(self, host: str, port: int) -> None:
        """Stop listening: connections are refused; those that stand are left."""
        self._listeners.pop((self._address(host), port), None)

    def connect(self, host: str, port: int, *, until: float, way: Way | None = None) -> End:
        """A connection; ``until`` is the latest time to wait for it.

        Raises:
            NameUnknown: The name does not exist.
            NameSilent: No answer from the name service.
            Refused: RST instead of an answer.
            Unreachable: ICMP instead of an answer.
            TimedOut: No answer at all.
        """
        way = way or self._way
        address = host if _is_address(host) else self._resolve(host, until, way)
        client = self._dial(host, address, port, way)
        try:
            client.connect()
            client.arrived.wait_for(lambda: client.state != CONNECTING, until)
        finally:
            if client.state == CONNECTING:  # given up, or killed where it waited
                client.vanish()
        if client.state in (OPEN, ENDED) and client.why in ("", "closed"):
            return client
        failed, said = _FAILED.get(client.why, (TimedOut, "does not answer"))
        raise failed(f"{host}:{port} {said}")

    def _dial(self, host: str, address: str, port: int, way: Way) -> End:
        """A connection that has not been begun yet."""
        truly = self.zone.get(host) == address
        flow = Flow("tcp", host if truly else address, port, address)
        account = _account_of(way)
        if account is not None and account.fate(flow).fate == "divert":
            address, flow = PORTAL[1], Flow("tcp", PORTAL[1], port)
        return _Connection(self, way, host, address, flow).client

    def _resolve(self, host: str, until: float, way: Way) -> str:
        """Ask the name service, again where nothing comes; the address."""
        answers: list[str] = []
        answered = self._clock.signal(f"the address of {host}")
        self._asked = number = self._asked + 1
        try:
            query = names.question(host, number)
        except ValueError as error:
            raise NameUnknown(str(error)) from None
        carry = partial(way.carry, flow=Flow("udp", RESOLVER, DNS))

        def take(reply: bytes) -> None:
            answers.append(names.reading(reply, number) or "refused")
            answered.notify()

        def ask() -> None:
            reply = None if self.names_silent else self._answer_name(query, way)
            if reply is not None:
                carry(DATAGRAM + len(reply), up=False, deliver=partial(take, reply))

        for _ in range(DNS_TRIES):
            carry(DATAGRAM + len(query), up=True, deliver=ask, answer=lambda _icmp: take(b""))
            patience = min(until, self._clock.now() + DNS_WAIT)
            if answered.wait_for(lambda: bool(answers), patience):
                break
        return named(host, answers[0] if answers else "silent")

    def _answer_name(self, query: bytes, way: Way) -> bytes | None:
        account = _account_of(way)
        if account is not None:
            return account.resolve(query, self.zone)
        return names.answer(query, self.zone).wire

    def _address(self, host: str) -> str:
        return self.zone.get(host, host)

    def hears(self, host: str, address: str) -> bool:
        """Whether anybody is at that address who takes notice of what arrives."""
        return not {host, address} & self.silent_hosts

    def knock(self, address: str, port: int) -> Door:
        """Whether who is at that address lets anybody in."""
        guard = self._doors.get((address, port))
        return "open" if guard is None else guard()

    def listener(self, address: str, port: int, way: Way) -> Accept | None:
        """Who listens there, None when nobody does."""
        if address == PORTAL[1]:
            account = _account_of(way)
            how = Exhaustion() if account is None else account.how
            return partial(self.portal.accept, how=how) if port in (HTTP, *SECURE) else None
        return self._listeners.get((address, port))


class _Connection:
    """The two ends of one connection and the way between them."""

    def __init__(self, internet: Internet, way: Way, host: str, address: str, flow: Flow) -> None:
        self._internet, self._host, self._address = internet, host, address
        self._port, self._way = flow.port, way
        self._carry = partial(way.carry, flow=flow)
        self._clock = internet._clock  # noqa: SLF001 - its own class
        self.client = End(self._clock, f"{host}:{flow.port}", self._send_up)
        self._server: End | None = None

    def _send_up(self, segment: Segment) -> None:
        self._carry(
            segment.size,
            up=True,
            deliver=lambda: self._at_server(segment),
            reset=self.client.cut,
            answer=self.client.hear_icmp,
        )

    def _send_down(self, segment: Segment) -> None:
        self._carry(
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
        if not self._internet.hears(self._host, self._address):
            return
        if self._server is None and "S" in segment.flags:
            door = self._internet.knock(self._address, self._port)
            accept = self._internet.listener(self._address, self._port, self._way)
            if door == "silent":
                return
            if accept is not None and door == "open":
                self._server = self._make_server(accept)
        if self._server is not None:
            self._server.receive(segment)
        elif "R" not in segment.flags:
            self._send_down(Segment("R"))

    def _make_server(self, accept: Accept) -> End:
        server = End(self._clock, f"client of {self._host}:{self._port}", self._send_down)
        account = _account_of(self._way)
        if self._address == PORTAL[1] and account is not None:
            account.tell("diverted", host=self._host, port=self._port)

        def open_up() -> None:
            try:
                accept(server)
            except PortLost:  # it will not have it, or has gone: as a server that closes at once
                server.reset()

        server._opened = open_up  # noqa: SLF001 - its maker
        return server


#: Why a connection ended before it was one -> what its user is told.
_FAILED: dict[str, tuple[type[NetError], str]] = {
    "refused": (Refused, "refused the connection"),
    "prohibited": (Unreachable, "may not be reached, says a gateway"),
}
#: What the name service said instead of an address -> what its user is told.
_UNNAMED: dict[str, tuple[type[NetError], str]] = {
    "silent": (NameSilent, "no answer about {host} from the name service"),
    "refused": (NameSilent, "the name service refuses to answer about {host}"),
    "unknown": (NameUnknown, "there is no host {host}"),
    "nothing": (NameUnknown, "{host} has no address"),
}


def named(host: str, said: str) -> str:
    """What the name service said, where it is an address; raises what it is else."""
    if said in _UNNAMED:
        failed, text = _UNNAMED[said]
        raise failed(text.format(host=host))
    return said


def _account_of(way: Way) -> Carrier | None:
    """The carrier's account that a way is charged to, where it belongs to one."""
    found = getattr(way, "account", None)
    return found if isinstance(found, Carrier) else None


def _is_address(host: str) -> bool:
    try:
        return bool(IPv4Address(host))
    except ValueError:
        return False
