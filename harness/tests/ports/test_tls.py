"""TLS over a port: what each end sees of the other, on both kinds of clock."""

import random
import socket
import ssl
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.clock import CooperativeClock, ThreadClock
from harness.errors import PortLost, PortTimeout
from harness.links import certificates
from harness.ports.base import Port
from harness.ports.memory import MemoryPort, pair
from harness.ports.tcp import TcpPort
from harness.ports.tls import CertificateRefused, TlsFailed, TlsPort, client_context

T = TypeVar("T")
HOST = "host.hil.test"
NOW = datetime(2026, 3, 2, tzinfo=UTC)
PATIENCE = 30.0  # s


class Wire:
    """Two ends, the server's echoing what it hears."""

    def __init__(self, clock: CooperativeClock, kind: str = "good", latency: float = 0.05) -> None:
        self.clock = clock
        self.ours, self.theirs = pair(clock, "host", latency=latency)
        self.moved: list[int] = []
        self._watch(self.ours)
        self._watch(self.theirs)
        self.server = TlsPort(self.theirs, certificates.server_context(kind, HOST))
        self.said = ""
        clock.spawn("server", self._serve)

    def _watch(self, port: MemoryPort) -> None:
        write = port.write

        def watched(data: bytes) -> None:
            self.moved.append(len(data))
            write(data)

        port.write = watched  # type: ignore[method-assign]

    def _serve(self) -> None:
        try:
            self.server.handshake(self.clock.now() + 10)
            while (chunk := self.server.read()) is not None:
                self.server.write(chunk.data)
        except PortLost as lost:
            self.said = str(lost)

    def client(self, context: ssl.SSLContext | None = None) -> TlsPort:
        return TlsPort(self.ours, context or client_context(), host=HOST)

    def check(self, leaf: bytes) -> str:
        return certificates.refusal(leaf, HOST, NOW, certificates.trusted())


def on_wire(story: Callable[[Wire], T], kind: str = "good") -> T:
    """Run a story on a new wire in virtual time."""
    clock = CooperativeClock()
    return clock.run(lambda: story(Wire(clock, kind)))


def read_all(port: Port, size: int) -> bytes:
    """So many bytes."""
    heard = b""
    while len(heard) < size and (chunk := port.read(port.clock.now() + 20)) is not None:
        heard += chunk.data
    return heard


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(1, 40_000), max_size=4))
def test_bytes_pass_both_ways_whole_and_in_order(sizes: list[int]) -> None:
    """Also those that take several records."""
    sent = [random.Random(size).randbytes(size) for size in sizes]

    def story(wire: Wire) -> list[bytes]:
        port = wire.client()
        port.handshake(5, wire.check)
        back = []
        for piece in sent:
            port.write(piece)
            back.append(read_all(port, len(piece)))
        return back

    assert on_wire(story) == sent


def test_nothing_of_it_is_in_clear() -> None:
    """What is on the wire is not what was written."""

    def story(wire: Wire) -> bytes:
        taken = b""
        deliver = wire.theirs.put_arrived

        def tapped(data: bytes, t: float | None = None) -> None:
            nonlocal taken
            taken += data
            deliver(data, t)

        wire.theirs.put_arrived = tapped  # type: ignore[method-assign]
        port = wire.client()
        port.handshake(5, wire.check)
        port.write(b"6212345678901265")
        read_all(port, 16)
        return taken

    taken = on_wire(story)

    assert len(taken) > 300
    assert b"6212345678901265" not in taken


def test_two_connections_move_the_same_bytes() -> None:
    """No ticket, no resumption, no signature of another length: a run depends on its seed alone."""

    def story(wire: Wire) -> list[int]:
        port = wire.client()
        port.handshake(5, wire.check)
        port.write(b"x" * 100)
        read_all(port, 100)
        port.close()
        wire.clock.sleep(1)
        return wire.moved

    first = on_wire(story)

    assert all(on_wire(story) == first for _ in range(5))


@pytest.mark.parametrize("kind", ["expired", "not_yet_valid", "unknown_ca", "wrong_name"])
def test_a_bad_certificate_is_refused_by_its_reason_before_anything_is_sent(kind: str) -> None:
    """By the caller's own clock, and the server hears no byte of a request."""

    def story(wire: Wire) -> tuple[str, str, bool]:
        port = wire.client()
        with pytest.raises(CertificateRefused) as caught:
            port.handshake(5, wire.check)
        with pytest.raises(PortLost, match="refused"):
            port.write(b"request")
        wire.clock.sleep(1)
        return caught.value.reason, wire.said, wire.server.readable

    reason, said, _ = on_wire(story, kind)

    assert reason == kind
    assert "closed by the other end" in said


@pytest.mark.parametrize("kind", ["expired", "not_yet_valid", "unknown_ca", "wrong_name"])
def test_openssl_refuses_them_too_and_tells_the_server(kind: str) -> None:
    """By the machine's clock; the server learns it from the alert."""

    def story(wire: Wire) -> tuple[str, str]:
        port = wire.client(client_context(certificates.trusted()))
        with pytest.raises(CertificateRefused) as caught:
            port.handshake(5)
        wire.clock.sleep(1)
        return caught.value.reason, wire.said

    reason, said = on_wire(story, kind)

    assert reason == kind
    assert "alert" in said


def test_openssl_accepts_the_good_one() -> None:
    """With its name checked."""

    def story(wire: Wire) -> str:
        port = wire.client(client_context(certificates.trusted()))
        port.handshake(5)
        return port.version

    assert on_wire(story) == "TLSv1.3"


def test_an_old_client_is_served_by_tls_1_2() -> None:
    """Many terminals have no more. Its context is its own: ``client_context`` shares one."""

    def story(wire: Wire) -> tuple[str, bytes]:
        context = client_context.__wrapped__()
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        port = wire.client(context)
        port.handshake(5, wire.check)
        port.write(b"hello")
        return port.version, read_all(port, 5)

    assert on_wire(story) == ("TLSv1.2", b"hello")


def test_a_silent_server_is_given_up() -> None:
    """After the time allowed, and the line is let go."""
    clock = CooperativeClock()

    def main() -> tuple[float, bool]:
        ours, theirs = pair(clock, "host")
        with pytest.raises(PortTimeout):
            TlsPort(ours, client_context(), host=HOST).handshake(5)
        chunk = theirs.read(clock.now())
        return clock.now(), chunk is not None and ours.closed

    assert clock.run(main) == (5, True)


@pytest.mark.parametrize("noise", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\x00\x10" + bytes(16)])
def test_what_is_no_tls_fails_at_either_end(noise: bytes) -> None:
    """With words, not with a hang."""
    clock = CooperativeClock()

    def main() -> None:
        for context in (client_context(), certificates.server_context("good", HOST)):
            ours, theirs = pair(clock, "host")
            theirs.write(noise)
            with pytest.raises(TlsFailed):
                TlsPort(ours, context, host=HOST).handshake(clock.now() + 5)
            assert ours.closed

    clock.run(main)


@settings(max_examples=50, deadline=None)
@given(st.binary(min_size=1, max_size=600))
def test_no_bytes_break_a_server(noise: bytes) -> None:
    """It ends in one of its own errors."""
    clock = CooperativeClock()

    def main() -> None:
        ours, theirs = pair(clock, "client")
        theirs.write(noise)
        theirs.close()
        with pytest.raises(PortLost):
            TlsPort(ours, certificates.server_context("good", HOST)).handshake(5)

    clock.run(main)


def test_a_client_that_hangs_up_in_the_handshake_is_a_lost_port() -> None:
    """Wherever it does."""

    def story(wire: Wire, after: float) -> str:
        port = wire.client()
        wire.clock.call_at(after, wire.ours.close)
        with pytest.raises(PortLost):
            port.handshake(5)
        wire.clock.sleep(1)
        return wire.said

    for after in (0.01, 0.06, 0.09):
        assert "closed by the other end" in on_wire(partial(story, after=after))


def test_a_spoilt_byte_ends_the_connection() -> None:
    """Both ends: the one by the record's seal, the other by its alert."""

    def story(wire: Wire) -> str:
        port = wire.client()
        port.handshake(5, wire.check)
        write = wire.ours.write
        wire.ours.write = lambda data: write(data[:-1] + bytes([data[-1] ^ 1]))  # type: ignore[method-assign]
        port.write(b"hello")
        with pytest.raises(PortLost, match="alert"):
            read_all(port, 5)
        return wire.said

    assert "bad" in on_wire(story) or "decrypt" in on_wire(story)


def test_half_a_record_is_nothing_yet() -> None:
    """A read that may not wait returns None, and the rest makes it whole."""

    def story(wire: Wire) -> tuple[object, bytes]:
        port = wire.client()
        port.handshake(5, wire.check)
        write = wire.theirs.write

        def slowly(data: bytes) -> None:
            write(data[:10])
            wire.clock.call_at(wire.clock.now() + 3, lambda: write(data[10:]))

        wire.theirs.write = slowly  # type: ignore[method-assign]
        port.write(b"hello")
        return port.read(wire.clock.now() + 1), read_all(port, 5)

    assert on_wire(story) == (None, b"hello")


def test_closing_is_seen_after_the_last_byte() -> None:
    """By its goodbye."""

    def story(wire: Wire) -> str:
        port = wire.client()
        port.handshake(5, wire.check)
        port.write(b"hello")
        port.close()
        with pytest.raises(PortLost, match="closed here"):
            port.write(b"more")
        wire.clock.sleep(1)
        return wire.said

    assert "closed by the other end" in on_wire(story)


def test_it_works_on_a_real_clock_against_another_implementations_socket() -> None:
    """The standard library's own socket is the server."""
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(PATIENCE)

    def serve() -> None:
        connection, _ = listener.accept()
        connection.settimeout(PATIENCE)
        context = certificates.server_context("good", HOST)
        with context.wrap_socket(connection, server_side=True) as secure:
            secure.sendall(secure.recv(100))

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    clock = ThreadClock()

    def main() -> bytes:
        wire = TcpPort(clock, f"127.0.0.1:{listener.getsockname()[1]}")
        port = TlsPort(wire, client_context(certificates.trusted()), host=HOST)
        port.open()
        port.handshake(clock.now() + PATIENCE)
        port.write(b"hello")
        back = read_all(port, 5)
        port.close()
        return back

    assert clock.run(main) == b"hello"
    thread.join(PATIENCE)
    listener.close()
