"""What a plain client sees when its plan has ended: each way of ending it is another picture."""

import random
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeVar

import h11
import pytest

from harness.clock import CooperativeClock
from harness.errors import PortLost, PortTimeout
from harness.links import certificates
from harness.links.endings import PORTAL
from harness.links.link import Link
from harness.model.network import Exhaustion
from harness.model.units import BitRate, Bytes
from harness.ports.base import Port
from harness.ports.tls import CertificateRefused, TlsPort, client_context
from harness.sim.internet import Internet, NetError

T = TypeVar("T")
HOST, WEB = "host.hil.test", "news.test"
NOW = datetime(2026, 3, 2, tzinfo=UTC)


class World:
    """A host behind TLS, a web site, and a client on a link."""

    def __init__(self, clock: CooperativeClock) -> None:
        self.clock = clock
        self.link = Link(clock, rng=random.Random(1), data_left=1_000_000)
        self.internet = Internet(clock, self.link)
        self.internet.serve(HOST, 5001, lambda port: self._spawn(port, self._echo))
        self.internet.serve(WEB, 80, lambda port: self._spawn(port, self._news))
        self.events: list[tuple[str, Any, Any]] = []
        self.link.carrier.on_event.append(
            lambda event, fields: (
                self.events.append((event, *list(fields.values())[:2]))
                if event != "notice"
                else None
            )
        )

    def _spawn(self, port: Port, work: Callable[[Port], None]) -> None:
        self.clock.spawn("server", lambda: work(port))

    def _echo(self, port: Port) -> None:
        secure = TlsPort(port, certificates.server_context("good", HOST))
        try:
            secure.handshake(self.clock.now() + 60)
            while (chunk := secure.read()) is not None:
                secure.write(chunk.data)
        except (PortLost, PortTimeout):
            secure.close()

    def _news(self, port: Port) -> None:
        try:
            port.read(self.clock.now() + 60)
            port.write(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nnews")
        except PortLost:
            return

    # --- the client ---

    def pay(self, host: str = HOST, within: float = 20.0) -> str:
        """Connect, look at the certificate, send, hear the echo; what stopped it, in a word."""
        until = self.clock.now() + within
        try:
            port = TlsPort(
                self.internet.connect(host, 5001, until=until), client_context(), host=host
            )
            port.handshake(until, self._check)
            port.write(b"x" * 500)
            return "answered" if port.read(until) else "silent"
        except CertificateRefused as refused:
            return f"certificate {refused.reason}"
        except (NetError, PortTimeout, PortLost) as error:
            return type(error).__name__

    def _check(self, leaf: bytes) -> str:
        return certificates.refusal(leaf, HOST, NOW, certificates.trusted())

    def browse(self, host: str = WEB, within: float = 20.0) -> str:
        """The status of a web page, or what stopped it."""
        until = self.clock.now() + within
        try:
            port = self.internet.connect(host, 80, until=until)
            port.write(f"GET / HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
            chunk = port.read(until)
        except (NetError, PortLost) as error:
            return type(error).__name__
        if chunk is None:
            return "silent"
        talk = h11.Connection(h11.CLIENT)
        talk.send(h11.Request(method="GET", target="/", headers=[("Host", host)]))
        talk.receive_data(chunk.data)
        head = talk.next_event()
        assert isinstance(head, h11.Response)
        return f"{head.status_code}"

    def end(self, **how: Any) -> None:
        """The plan ends in this way."""
        self.link.carrier.set_exhaustion(Exhaustion(**how))
        self.link.carrier.set_left(0)


def in_world(story: Callable[[World], T]) -> T:
    """Run a story in a new world."""
    clock = CooperativeClock()
    return clock.run(lambda: story(World(clock)))


#: How -> what becomes of a payment by name, of one by address, of a web page.
SEEN: dict[str, tuple[dict[str, Any], tuple[str, str, str]]] = {
    "open": ({"mode": "throttle"}, ("answered", "answered", "200")),
    "drop": ({}, ("NameSilent", "TimedOut", "NameSilent")),
    "icmp": ({"icmp": True}, ("NameSilent", "Unreachable", "NameSilent")),
    "reset": ({"mode": "reset"}, ("NameSilent", "Refused", "NameSilent")),
    "restrict": ({"mode": "restrict"}, ("TimedOut", "TimedOut", "TimedOut")),
    "redirect": (
        {"mode": "redirect"},
        ("certificate unknown_ca", "certificate unknown_ca", "302"),
    ),
    "redirect, page": (
        {"mode": "redirect", "http": "page", "names": "pass"},
        ("certificate unknown_ca", "certificate unknown_ca", "200"),
    ),
    "redirect, 451": (
        {"mode": "redirect", "http": "451", "names": "pass", "tls": "reset"},
        ("Refused", "Refused", "451"),
    ),
    "redirect, no names": (
        {"mode": "redirect", "names": "unknown", "tls": "drop"},
        ("NameUnknown", "TimedOut", "NameUnknown"),
    ),
    "redirect, TLS dropped": (
        {"mode": "redirect", "names": "pass", "tls": "drop"},
        ("TimedOut", "TimedOut", "302"),
    ),
    "bearer gone": ({"mode": "deactivate"}, ("NameSilent", "TimedOut", "NameSilent")),
}


@pytest.mark.parametrize("name", SEEN)
def test_each_ending_has_its_own_picture(name: str) -> None:
    """By name, by address, and in a browser."""
    how, seen = SEEN[name]

    def story(world: World) -> tuple[str, str, str]:
        address = world.internet.zone[HOST]
        world.end(**how)
        return world.pay(), world.pay(address), world.browse()

    assert in_world(story) == seen


def test_what_is_told_by_icmp_is_known_at_once() -> None:
    """Silence costs a client the patience of its resolver, then of its connect."""

    def took(**how: Any) -> float:
        def story(world: World) -> float:
            world.end(**how)
            world.pay()
            return world.clock.now()

        return in_world(story)

    assert took(icmp=True) < 1
    assert took() == pytest.approx(10, abs=0.1)


def test_the_pictures_differ() -> None:
    """But for a bearer that is gone: that is the modem's to tell."""
    pictures = [seen for name, (_, seen) in SEEN.items() if name != "bearer gone"]

    assert len(set(pictures)) == len(pictures)


@pytest.mark.parametrize(
    ("how", "events"),
    [
        (
            {"mode": "redirect"},
            [("name_asked", HOST, "portal"), ("diverted", HOST, 5001)],
        ),
        (
            {"mode": "redirect", "names": "pass"},
            [("name_asked", HOST, "198.18.0.1"), ("diverted", HOST, 5001)],
        ),
        ({"mode": "redirect", "names": "unknown"}, [("name_asked", HOST, "unknown")]),
    ],
)
def test_what_was_asked_and_who_was_led_astray_is_told(
    how: dict[str, Any], events: list[tuple[str, Any, Any]]
) -> None:
    """Each name and each connection once."""

    def story(world: World) -> list[tuple[str, Any, Any]]:
        world.end(**how)
        world.pay()
        return world.events

    assert in_world(story) == events


@pytest.mark.parametrize("allow", [HOST, "198.18.0.1", "198.18.0.0/31", "*.hil.test"])
@pytest.mark.parametrize(("mode", "web"), [("restrict", "TimedOut"), ("redirect", "302")])
def test_who_is_on_the_white_list_is_reached(mode: str, web: str, allow: str) -> None:
    """By its name, its address or its network; the web is not."""

    def story(world: World) -> tuple[str, str]:
        world.end(mode=mode, allow=(allow,), names="pass")
        return world.pay(), world.browse()

    assert in_world(story) == ("answered", web)


def test_a_naive_check_of_the_web_is_fooled() -> None:
    """The carrier spares what such checks look at, and the acquirer is out of reach."""

    def story(world: World) -> tuple[str, str]:
        world.end(mode="restrict", allow=(WEB,))
        return world.pay(), world.browse()

    assert in_world(story) == ("TimedOut", "200")


def test_a_connection_there_was_is_not_led_to_the_portal() -> None:
    """A gateway translates a connection from its first packet on or not at all: this one hangs."""

    def story(world: World) -> tuple[str, str]:
        port = TlsPort(world.internet.connect(HOST, 5001, until=10), client_context(), host=HOST)
        port.handshake(10)
        world.end(mode="redirect")
        port.write(b"request")
        stood = "silent" if port.read(world.clock.now() + 20) is None else "answered"
        return stood, world.pay()

    assert in_world(story) == ("silent", "certificate unknown_ca")


def test_a_request_cut_off_by_the_end_of_the_plan_arrives_once_after_a_top_up() -> None:
    """The same connection goes on."""

    def story(world: World) -> tuple[object, bytes]:
        port = TlsPort(world.internet.connect(HOST, 5001, until=10), client_context(), host=HOST)
        port.handshake(10)
        world.end()
        port.write(b"request")
        nothing = port.read(world.clock.now() + 10)
        world.link.carrier.top_up(100_000)
        chunk = port.read(world.clock.now() + 30)
        return nothing, b"" if chunk is None else chunk.data

    assert in_world(story) == (None, b"request")


def test_a_throttled_plan_is_as_slow_as_was_asked() -> None:
    """8 kbit/s: a handshake of some 3 kB takes seconds, and the top-up ends it."""

    def story(world: World) -> tuple[str, float, float]:
        world.end(mode="throttle", down=BitRate(8000), up=BitRate(8000), queue=Bytes(30_000))
        begin = world.clock.now()
        word = world.pay(within=60)
        slow = world.clock.now() - begin
        world.link.carrier.top_up(1_000_000)
        begin = world.clock.now()
        world.pay()
        return word, slow, world.clock.now() - begin

    word, slow, fast = in_world(story)

    assert word == "answered"
    assert 3 < slow < 15
    assert fast < 1


def test_a_full_queue_of_the_throttle_drops() -> None:
    """What does not wait is lost, and told as the queue's."""

    def story(world: World) -> list[Any]:
        seen: list[Any] = []
        world.link.watchers.append(seen.append)
        world.end(mode="throttle", up=BitRate(8000), queue=Bytes(1000))
        for _ in range(4):
            world.link.carry(400, up=True, deliver=lambda: None)
        return [row["why"] for row in seen if row["event"] == "dropped"]

    assert in_world(story) == ["queue", "queue"]


@pytest.mark.parametrize(
    ("mode", "word", "least"),
    [
        ("silent", "NameSilent", 9.9),
        ("refused", "NameSilent", 0.0),
        ("unknown", "NameUnknown", 0.0),
        ("hijack", "certificate unknown_ca", 0.0),
        ("answer", "answered", 0.0),
    ],
)
def test_the_carriers_name_service_fails_in_each_way(mode: Any, word: str, least: float) -> None:
    """With a plan in order; only silence takes its time."""

    def story(world: World) -> tuple[str, float]:
        world.link.carrier.set_names(mode)
        return world.pay(), world.clock.now()

    said, took = in_world(story)

    assert said == word
    assert least <= took < 11


@pytest.mark.parametrize("state", ["expired", "not_activated", "suspended", "barred"])
def test_no_subscription_lets_a_packet_through(state: Any) -> None:
    """What the modem would not tell first."""

    def story(world: World) -> str:
        world.link.carrier.set_subscription(state)
        return world.pay()

    assert in_world(story) == "NameSilent"


def test_the_portal_has_an_address_and_no_other_doors() -> None:
    """80 and TLS; a payment in clear finds nobody."""

    def story(world: World) -> tuple[str, str]:
        world.end(mode="redirect")
        with pytest.raises(NetError) as caught:
            world.internet.connect(PORTAL[0], 5000, until=20)
        return world.browse(PORTAL[0]), type(caught.value).__name__

    assert in_world(story) == ("200", "Refused")
