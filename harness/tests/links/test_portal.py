"""The portal: what a client of it sees, in clear and within TLS."""

from collections.abc import Callable
from typing import TypeVar

import h11
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.clock import CooperativeClock
from harness.errors import PortLost
from harness.links import certificates
from harness.links.endings import PORTAL
from harness.links.portal import Portal
from harness.model.network import Exhaustion
from harness.ports.base import Port
from harness.ports.memory import MemoryPort, pair
from harness.ports.tls import CertificateRefused, TlsPort, client_context

T = TypeVar("T")


def at_portal(story: Callable[[CooperativeClock, MemoryPort], T], http: str = "302") -> T:
    """Run a story with a new connection to the portal."""
    clock = CooperativeClock()

    def main() -> T:
        ours, theirs = pair(clock, "portal", latency=0.05)
        Portal(clock).accept(theirs, Exhaustion("redirect", http=http))  # type: ignore[arg-type]
        return story(clock, ours)

    return clock.run(main)


def read_to_the_end(port: Port) -> bytes:
    """All that came before the other end hung up, which it must."""
    heard = b""
    try:
        while (chunk := port.read(200)) is not None:
            heard += chunk.data
    except PortLost:
        return heard
    raise AssertionError("the portal did not hang up")


def get(
    port: Port, host: str = "news.test", method: str = "GET", talk: h11.Connection | None = None
) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body of an answer."""
    talk = talk or h11.Connection(h11.CLIENT)
    request = h11.Request(method=method, target="/", headers=[("Host", host)])
    port.write((talk.send(request) or b"") + (talk.send(h11.EndOfMessage()) or b""))
    status, headers, body = 0, {}, b""
    while True:
        event = talk.next_event()
        if event is h11.NEED_DATA:
            chunk = port.read(port.clock.now() + 5)
            assert chunk is not None
            talk.receive_data(chunk.data)
        elif isinstance(event, h11.Response):
            status = event.status_code
            headers = {name.decode(): value.decode() for name, value in event.headers}
        elif isinstance(event, h11.Data):
            body += bytes(event.data)
        else:
            return status, headers, body


@pytest.mark.parametrize(
    ("http", "host", "status", "header"),
    [
        ("302", "news.test", 302, ("location", f"http://{PORTAL[0]}/")),
        ("page", "news.test", 200, ("cache-control", "no-store")),
        ("451", "news.test", 451, ("link", f'<http://{PORTAL[0]}/>; rel="blocked-by"')),
        ("302", PORTAL[0], 200, ("content-type", "text/html; charset=utf-8")),
        ("451", f"{PORTAL[0].upper()}:80", 200, ("cache-control", "no-store")),
    ],
)
def test_each_kind_of_answer(http: str, host: str, status: int, header: tuple[str, str]) -> None:
    """To everybody else's host; its own always has the page."""
    found, headers, body = at_portal(lambda _, port: get(port, host), http)

    assert found == status
    assert headers[header[0]] == header[1]
    assert b"used up" in body


def test_a_connection_serves_one_request_after_the_other() -> None:
    """HTTP/1.1 keeps it."""

    def story(_: CooperativeClock, port: MemoryPort) -> list[int]:
        talk = h11.Connection(h11.CLIENT)
        found = []
        for _n in range(3):
            found.append(get(port, talk=talk)[0])
            talk.start_next_cycle()
        return found

    assert at_portal(story) == [302] * 3


def test_head_has_the_head_alone() -> None:
    """And says how long the rest would be."""
    status, headers, body = at_portal(lambda _, port: get(port, method="HEAD"))

    assert (status, body) == (302, b"")
    assert int(headers["content-length"]) > 0


def test_an_old_client_is_answered_and_hung_up_on() -> None:
    """HTTP/1.0, without a host."""

    def story(_: CooperativeClock, port: MemoryPort) -> bytes:
        port.write(b"GET / HTTP/1.0\r\n\r\n")
        heard = read_to_the_end(port)
        assert port.clock.now() < 5
        return heard

    assert b" 302 " in at_portal(story).splitlines()[0]


def test_tls_meets_a_certificate_that_nobody_trusts() -> None:
    """Of another authority, for another name; by the client's own clock or by OpenSSL."""

    def story(_: CooperativeClock, port: MemoryPort) -> str:
        secure = TlsPort(port, client_context(certificates.trusted()), host="host.hil.test")
        with pytest.raises(CertificateRefused) as caught:
            secure.handshake(10)
        return caught.value.reason

    assert at_portal(story) == "unknown_ca"


def test_a_client_that_goes_on_all_the_same_finds_http_within() -> None:
    """It is only the carrier's page."""

    def story(_: CooperativeClock, port: MemoryPort) -> int:
        secure = TlsPort(port, client_context(), host="host.hil.test")
        secure.handshake(10)
        return get(secure)[0]

    assert at_portal(story) == 302


@settings(max_examples=60, deadline=None)
@given(st.binary(min_size=1, max_size=200))
def test_what_is_neither_is_hung_up_on(noise: bytes) -> None:
    """At the latest after half a minute, and never with an error of ours."""

    def story(clock: CooperativeClock, port: MemoryPort) -> float:
        port.write(noise)
        read_to_the_end(port)
        return clock.now()

    assert at_portal(story) < 65


def test_a_payment_message_gets_no_answer_that_could_be_taken_for_one() -> None:
    """An HTTP error at most."""

    def story(_: CooperativeClock, port: MemoryPort) -> bytes:
        port.write(bytes.fromhex("003c6000030000") + b"0200" * 10 + b"\r\n\r\n")
        return read_to_the_end(port)

    heard = at_portal(story)

    assert heard == b"" or heard.startswith(b"HTTP/1.1 400")


def test_a_client_that_says_nothing_is_hung_up_on() -> None:
    """After half a minute."""

    def story(clock: CooperativeClock, port: MemoryPort) -> float:
        with pytest.raises(PortLost):
            port.read(200)
        return clock.now()

    assert at_portal(story) == pytest.approx(30, abs=0.2)
