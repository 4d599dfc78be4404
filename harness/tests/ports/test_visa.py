"""The VISA port, over pyvisa-py, against small real TCP servers that misbehave."""

import os
import pty
import random
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import pyvisa

from harness.clock import ThreadClock
from harness.drivers._scpi import ScpiSession
from harness.errors import PortLost, PortTimeout
from harness.ports.visa import VisaPort
from harness.tests.patience import LIMIT, soon

Serve = Callable[[socket.socket, threading.Event], None]


@contextmanager
def server(*serves: Serve) -> Iterator[str]:
    """A TCP server on loopback, one ``serve`` per connection that says something; its resource.

    The first connection of a client is only a probe, so connections that end unused do not count.
    """
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0.1)

        def run() -> None:
            for serve in serves:
                while not over.is_set():
                    try:
                        client, _ = listening.accept()
                    except TimeoutError:
                        continue
                    with client:
                        client.settimeout(LIMIT)
                        try:
                            if not client.recv(1, socket.MSG_PEEK):
                                continue
                            serve(client, over)
                        except OSError:
                            pass
                    break

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        try:
            yield f"TCPIP0::127.0.0.1::{listening.getsockname()[1]}::SOCKET"
        finally:
            over.set()
            thread.join(LIMIT)


def answering(*answers: bytes) -> Serve:
    """Answers each message by the next of these, then waits for the end."""

    def serve(client: socket.socket, over: threading.Event) -> None:
        for answer in answers:
            client.recv(4096)
            client.sendall(answer)
        over.wait(LIMIT)

    return serve


@contextmanager
def opened(address: str, **options: Any) -> Iterator[VisaPort]:
    """A port on a real clock, opened and closed."""
    port = VisaPort(ThreadClock(), address, **options)
    port.open()
    try:
        yield port
    finally:
        port.close()


def read_all(port: VisaPort, count: int, within: float = LIMIT) -> bytes:
    """Read until so many bytes are here."""
    got, deadline = b"", port.clock.now() + within
    while len(got) < count:
        chunk = port.read(deadline)
        assert chunk is not None, got
        got += chunk.data
    return got


def test_bytes_go_and_come_and_are_stamped() -> None:
    """NULs and all, larger than one read of the library."""
    body = random.Random(1).randbytes(20_000)
    with server(answering(body)) as address, opened(address) as port:
        port.write(b"*IDN?\n")
        assert read_all(port, len(body)) == body
        assert port.read(port.clock.now()) is None
        assert not port.readable


def test_nagle_is_off_and_the_peers_death_is_watched() -> None:
    """The options of a bench connection are set on the session's own socket."""
    with server(answering()) as address, opened(address) as port:
        line = port._session.interface
        assert line.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        assert line.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
        assert line.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 3000


def test_a_closed_port_cannot_be_opened() -> None:
    """Nobody listens: PortLost at once, and again at the next use."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        number = listening.getsockname()[1]
    port = VisaPort(ThreadClock(), f"TCPIP0::127.0.0.1::{number}::SOCKET")

    with pytest.raises(PortLost, match="cannot be reached"):
        port.open()
    with pytest.raises(PortLost, match="not open"):
        port.write(b"OUTP OFF\n")


@pytest.mark.parametrize("address", ["NONSENSE::1", "ASRL/dev/no_such_tty::INSTR", "TCPIP0::"])
def test_an_address_that_is_none_is_lost(address: str) -> None:
    """Bad resource names and absent devices are PortLost, not the library's own errors."""
    with pytest.raises(PortLost, match="cannot be"):
        VisaPort(ThreadClock(), address).open()


def test_silence_ends_when_the_time_has_come() -> None:
    """A stalled instrument costs the time asked for and, as a rule, little more."""
    took: list[float] = []
    with server(answering(b"")) as address, opened(address) as port:
        port.write(b"VOLT?\n")
        for _ in range(5):
            began = port.clock.now()
            assert port.read(began + 0.1) is None
            took.append(port.clock.now() - began)
    assert 0.09 < min(took) < 0.3


def test_a_close_is_noticed_at_once_and_before_the_next_write() -> None:
    """What came before the end is read; then reads and writes say PortLost."""

    def serve(client: socket.socket, over: threading.Event) -> None:
        client.recv(4096)
        client.sendall(b"half an ans")

    with server(serve) as address, opened(address) as port:
        port.write(b"VOLT?\n")
        assert read_all(port, 11) == b"half an ans"
        began = port.clock.now()
        with pytest.raises(PortLost, match="closed by the other end"):
            port.read(began + LIMIT)
        assert port.clock.now() - began < LIMIT / 2
        with pytest.raises(PortLost):
            port.write(b"OUTP OFF\n")


def test_a_write_after_a_close_does_not_vanish() -> None:
    """The first write after the peer has gone is already an error."""
    gone = threading.Event()

    def serve(client: socket.socket, over: threading.Event) -> None:
        client.recv(4096)
        client.shutdown(socket.SHUT_RDWR)
        gone.set()

    with server(serve) as address, opened(address) as port:
        port.write(b"VOLT 5\n")
        assert gone.wait(LIMIT)
        soon(lambda: port.readable)
        with pytest.raises(PortLost):
            port.write(b"OUTP OFF\n")


def test_a_reset_is_lost() -> None:
    """An instrument that reboots resets the connection."""

    def serve(client: socket.socket, over: threading.Event) -> None:
        client.recv(4096)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    with server(serve) as address, opened(address) as port:
        port.write(b"*RST\n")
        with pytest.raises(PortLost):
            port.read(port.clock.now() + LIMIT)


def test_a_peer_that_stops_reading_does_not_hold_the_writer() -> None:
    """A write has an end, and after half a message the connection is given up."""

    def serve(client: socket.socket, over: threading.Event) -> None:
        over.wait(LIMIT)

    with server(serve) as address, opened(address, write_timeout=0.2) as port:
        with pytest.raises(PortTimeout, match="then no more"):
            port.write(b"x" * 50_000_000)
        with pytest.raises(PortLost):
            port.write(b"OUTP OFF\n")


def test_closing_ends_a_read_that_waits() -> None:
    """Another thread may close the port; the reader learns it within a slice."""
    with server(answering(b"")) as address, opened(address) as port:
        port.write(b"?\n")
        threading.Timer(0.1, port.close).start()
        with pytest.raises(PortLost):
            port.read(port.clock.now() + LIMIT)


def test_a_port_is_opened_once_and_may_be_opened_again() -> None:
    """Opening twice is once; after a close a new connection is made, others stay."""
    with (
        server(answering(b"1\n"), answering(b"2\n")) as address,
        server(answering(b"3\n")) as other,
        opened(other) as neighbour,
        opened(address) as port,
    ):
        session = port._session
        port.open()
        assert port._session is session
        port.write(b"?\n")
        assert read_all(port, 2) == b"1\n"
        port.close()
        port.close()
        with pytest.raises(PortLost, match="closed here"):
            port.read(0.0)
        neighbour.write(b"?\n")
        assert read_all(neighbour, 2) == b"3\n"


def test_a_lost_connection_can_be_made_again() -> None:
    """After the peer has gone, close and open make a fresh connection."""

    def serve(client: socket.socket, over: threading.Event) -> None:
        client.recv(4096)

    with server(serve, answering(b"2\n")) as address, opened(address) as port:
        port.write(b"?\n")
        with pytest.raises(PortLost):
            port.read(port.clock.now() + LIMIT)
        port.close()
        port.open()
        port.write(b"?\n")
        assert read_all(port, 2) == b"2\n"


def test_a_foreign_close_of_every_session_is_lost() -> None:
    """Somebody closes the one resource manager of the process: PortLost, no library error."""
    with server(answering(b"")) as address, opened(address) as port:
        port.write(b"?\n")
        pyvisa.ResourceManager("@py").close()
        with pytest.raises(PortLost):
            port.read(port.clock.now() + LIMIT)


def test_a_late_answer_is_not_taken_for_the_next_ones() -> None:
    """A session on this port times out, gets back in step, and reads the right answer."""
    given_up = threading.Event()

    def serve(client: socket.socket, over: threading.Event) -> None:
        client.recv(4096)
        given_up.wait(LIMIT)
        client.sendall(b"late 5.0\n")
        client.recv(4096)
        client.sendall(b"0;MAKER,MODEL,1,2\n")
        client.recv(4096)
        client.sendall(b"1.0\n")
        over.wait(LIMIT)

    with server(serve) as address, opened(address) as port:
        scpi = ScpiSession(port, timeout=0.2)
        with pytest.raises(PortTimeout):
            scpi.ask("VOLT?")
        scpi._timeout = LIMIT
        given_up.set()
        assert scpi.ask("CURR?") == "1.0"


def test_answers_given_twice_and_lines_pushed_are_dropped() -> None:
    """What is here before the question is not its answer; pushed errors and NULs are skipped."""
    talk = answering(b"1.0\n1.0\n", b'**ERROR [now]: -1,"x"\r\n\0 2.0\r\n\0')
    with server(talk) as address, opened(address) as port:
        scpi = ScpiSession(port, chatter=r"\*\*ERROR", timeout=LIMIT)
        assert scpi.ask("VOLT?") == "1.0"
        port.clock.sleep(0.05)
        assert scpi.ask("CURR?") == "2.0"


def test_clear_drops_what_has_come() -> None:
    """The bytes that wait are gone after a clear."""
    with server(answering(b"stale\n", b"fresh\n")) as address, opened(address) as port:
        port.write(b"1\n")
        soon(lambda: port.readable)
        port.clear()
        port.write(b"2\n")
        assert read_all(port, 6) == b"fresh\n"


def test_a_serial_resource_works_alike() -> None:
    """ASRL over a pty: bytes both ways, silence, and a device that is pulled."""
    instrument, terminal = pty.openpty()
    try:
        with opened(f"ASRL{os.ttyname(terminal)}::INSTR", settings={"baud_rate": 115200}) as port:
            port.write(b"*IDN?\n")
            assert os.read(instrument, 100).endswith(b"*IDN?\n")
            os.write(instrument, b"A,B\nC")
            assert read_all(port, 5).endswith(b"C")
            assert port.read(port.clock.now() + 0.1) is None
            os.close(terminal)
            os.close(instrument)
            terminal = instrument = -1
            with pytest.raises(PortLost):
                port.read(port.clock.now() + LIMIT)
    finally:
        for descriptor in (instrument, terminal):
            if descriptor >= 0:
                os.close(descriptor)
