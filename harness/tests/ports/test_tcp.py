"""TCP ports against real sockets that close, reset, stall, and talk too much."""

import socket
import struct
import threading
from collections.abc import Iterator

import pytest

from harness.clock import ThreadClock
from harness.errors import PortLost, PortTimeout
from harness.ports.tcp import OPTIONS, TcpPort
from harness.tests.patience import LIMIT


class Peer:
    """The other end, in the test's own thread."""

    def __init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self.listener.getsockname()[1]}"

    def accept(self) -> socket.socket:
        self.listener.settimeout(LIMIT)
        return self.listener.accept()[0]


@pytest.fixture
def peer() -> Iterator[Peer]:
    """A listening socket."""
    made = Peer()
    yield made
    made.listener.close()


@pytest.fixture
def port(peer: Peer) -> Iterator[TcpPort]:
    """A port to it, not open yet."""
    made = TcpPort(ThreadClock(), peer.address)
    yield made
    made.close()


def _read_all(port: TcpPort, size: int) -> bytes:
    seen = b""
    while len(seen) < size:
        chunk = port.read(until=port.clock.now() + LIMIT)
        assert chunk is not None
        seen += chunk.data
    return seen


def test_bytes_go_both_ways_and_are_stamped_when_read(peer: Peer, port: TcpPort) -> None:
    """What the peer sends arrives with the time of its reading, not of the asking."""
    port.open()
    other = peer.accept()
    port.write(b"ping")
    assert other.recv(10) == b"ping"

    before = port.clock.now()
    other.sendall(b"pong")
    assert port.arrived.wait_for(lambda: port.readable, until=before + LIMIT)
    heard = port.clock.now()
    port.clock.sleep(0.02)
    chunk = port.read()

    assert chunk is not None
    assert chunk.data == b"pong"
    assert before <= chunk.t <= heard
    other.close()


def test_any_bytes_in_any_pieces_arrive_in_order(peer: Peer, port: TcpPort) -> None:
    """Nothing is lost, added or turned round, however it is cut up."""
    garbage = bytes(range(256)) * 2000
    port.open()
    other = peer.accept()
    sender = threading.Thread(target=other.sendall, args=(garbage,))
    sender.start()

    assert _read_all(port, len(garbage)) == garbage

    sender.join()
    other.close()


def test_nothing_there_is_none_at_its_time(peer: Peer, port: TcpPort) -> None:
    """A read with nothing to read ends at ``until``; one with a past ``until`` at once."""
    port.open()
    assert port.read(until=port.clock.now() + 0.01) is None
    assert port.read(until=0) is None
    assert not port.readable


def test_a_late_answer_is_read_by_the_next_read(peer: Peer, port: TcpPort) -> None:
    """What comes after a read gave up is not lost."""
    port.open()
    other = peer.accept()
    assert port.read(until=port.clock.now() + 0.01) is None

    other.sendall(b"late")

    assert _read_all(port, 4) == b"late"
    other.close()


def test_a_closed_connection_is_lost_after_its_last_byte(peer: Peer, port: TcpPort) -> None:
    """Everything that came is read first; then reading and writing say that the peer has gone."""
    port.open()
    other = peer.accept()
    other.sendall(b"last words")
    other.close()

    assert _read_all(port, 10) == b"last words"
    with pytest.raises(PortLost, match="closed by the other end"):
        port.read(until=port.clock.now() + LIMIT)
    with pytest.raises(PortLost):
        port.write(b"hello?")


def test_a_reset_is_a_loss(peer: Peer, port: TcpPort) -> None:
    """A connection that was reset raises PortLost, in words."""
    port.open()
    other = peer.accept()
    other.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    other.close()

    with pytest.raises(PortLost, match="reset"):
        port.read(until=port.clock.now() + LIMIT)


def test_nobody_at_home_is_a_loss(peer: Peer) -> None:
    """A refused connection, an unknown host and a nonsense address are PortLost at open."""
    peer.listener.close()
    for address in (peer.address, "no.such.host.invalid:1", "127.0.0.1:99999"):
        with pytest.raises(PortLost):
            TcpPort(ThreadClock(), address).open()


def test_an_unopened_port_is_lost() -> None:
    """Reading and writing before open say so."""
    port = TcpPort(ThreadClock(), "127.0.0.1:1")
    with pytest.raises(PortLost, match="not open"):
        port.read(until=0)
    with pytest.raises(PortLost, match="not open"):
        port.write(b"x")


def test_a_lost_port_can_be_opened_again(peer: Peer, port: TcpPort) -> None:
    """After a loss, open makes a new connection; on an open port it does nothing."""
    port.open()
    peer.accept().close()
    with pytest.raises(PortLost):
        port.read(until=port.clock.now() + LIMIT)

    port.open()
    port.open()
    again = peer.accept()
    again.sendall(b"back")

    assert _read_all(port, 4) == b"back"
    peer.listener.settimeout(0)
    with pytest.raises(BlockingIOError):
        peer.listener.accept()
    again.close()


def test_closing_twice_does_nothing_and_the_peer_notices(peer: Peer, port: TcpPort) -> None:
    """Close lets go at once, from any state, and ends a waiting read."""
    port.close()
    port.open()
    other = peer.accept()
    other.settimeout(LIMIT)
    closer = threading.Timer(0.02, port.close)
    closer.start()

    with pytest.raises(PortLost, match="closed here"):
        port.read(until=port.clock.now() + LIMIT)

    assert other.recv(10) == b""
    closer.join()
    port.close()
    other.close()


def test_a_peer_that_takes_nothing_is_given_up(peer: Peer) -> None:
    """A write that cannot be sent ends, and the port is lost: half a message was sent."""
    port = TcpPort(ThreadClock(), peer.address, connect_within=0.5)
    port.open()
    other = peer.accept()

    with pytest.raises((PortLost, PortTimeout)):
        port.write(b"x" * (64 << 20))

    with pytest.raises(PortLost):
        port.write(b"y")
    port.close()
    other.close()


def test_vanished_peers_are_probed_for(peer: Peer, port: TcpPort) -> None:
    """Keepalive, its times, NODELAY and the user timeout are set on the socket."""
    port.open()
    assert port._socket is not None
    for level, option, value in OPTIONS:
        assert bool(port._socket.getsockopt(level, option)) == bool(value)
    assert port._socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) == 5
