"""Serial ports on real ptys, and over pyserial's socket and RFC 2217 URLs."""

import os
import pty
import socket
import threading
import tty
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
import serial
import serial.rfc2217

from harness.clock import ThreadClock
from harness.errors import PortLost, PortTimeout, RigError
from harness.ports import serial as serial_port
from harness.ports.serial import SerialPort
from harness.tests.patience import LIMIT


class Line:
    """A pty: ``far`` is the device's end."""

    def __init__(self) -> None:
        self.far, near = pty.openpty()
        tty.setraw(near)
        self.path = os.ttyname(near)
        self._near = near

    def cut(self) -> None:
        """Unplug."""
        for end in (self.far, self._near):
            if end >= 0:
                os.close(end)
        self.far = self._near = -1


@pytest.fixture
def line() -> Iterator[Line]:
    """A pty."""
    made = Line()
    yield made
    made.cut()


@pytest.fixture
def port(line: Line) -> Iterator[SerialPort]:
    """An open port on it."""
    made = SerialPort(ThreadClock(), line.path)
    made.open()
    yield made
    made.close()


def _read_all(port: SerialPort, size: int) -> bytes:
    seen = b""
    while len(seen) < size:
        chunk = port.read(until=port.clock.now() + LIMIT)
        assert chunk is not None
        seen += chunk.data
    return seen


def test_bytes_go_both_ways(line: Line, port: SerialPort) -> None:
    """Every byte value passes unchanged, XON, XOFF and control characters too."""
    garbage = bytes(range(256))
    port.write(garbage)
    assert os.read(line.far, 1000) == garbage

    os.write(line.far, garbage)

    assert _read_all(port, 256) == garbage


def test_chunks_are_stamped_when_they_come(line: Line, port: SerialPort) -> None:
    """The stamp is of the reading, though nobody asked until later."""
    before = port.clock.now()
    os.write(line.far, b"RDY\r\n")
    assert port.arrived.wait_for(lambda: port.readable, until=before + LIMIT)
    heard = port.clock.now()
    port.clock.sleep(0.02)

    chunk = port.read()

    assert chunk is not None
    assert before <= chunk.t <= heard


def test_silence_is_none(port: SerialPort) -> None:
    """A read with nothing to read ends at ``until``."""
    assert port.read(until=port.clock.now() + 0.01) is None


def test_an_unplugged_device_is_lost(line: Line, port: SerialPort) -> None:
    """What came before is read; then reading and writing raise PortLost."""
    os.write(line.far, b"bye")
    assert port.arrived.wait_for(lambda: port.readable, until=port.clock.now() + LIMIT)

    line.cut()

    assert _read_all(port, 3) == b"bye"
    with pytest.raises(PortLost):
        port.read(until=port.clock.now() + LIMIT)
    with pytest.raises(PortLost):
        port.write(b"AT\r")


def test_a_device_that_came_back_is_opened_again(line: Line, tmp_path: Path) -> None:
    """The same name may lead to another node after a reset; open finds it."""
    name = tmp_path / "usb-modem-if00"
    name.symlink_to(line.path)
    port = SerialPort(ThreadClock(), str(name))
    port.open()
    line.cut()
    with pytest.raises(PortLost):
        port.read(until=port.clock.now() + LIMIT)
    name.unlink()
    with pytest.raises(PortLost):
        port.open()

    back = Line()
    name.symlink_to(back.path)
    port.open()
    os.write(back.far, b"RDY")

    assert _read_all(port, 3) == b"RDY"
    port.close()
    back.cut()


def test_a_second_harness_is_refused(line: Line, port: SerialPort) -> None:
    """The line is exclusive: another port on it cannot be opened."""
    with pytest.raises(PortLost):
        SerialPort(ThreadClock(), line.path).open()


def test_others_are_refused_too(line: Line, port: SerialPort) -> None:
    """A program that asks no lock meets TIOCEXCL, unless it is root."""
    if os.geteuid() == 0:
        pytest.skip("root passes TIOCEXCL")
    with pytest.raises(OSError, match="busy"):
        os.close(os.open(line.path, os.O_RDWR | os.O_NOCTTY))


def test_a_missing_tty_is_lost(tmp_path: Path) -> None:
    """An absent node, a folder and a plain file are PortLost at open, naming the address."""
    plain = tmp_path / "plain"
    plain.write_text("")
    for path in (tmp_path / "ttyUSB0", tmp_path, plain):
        with pytest.raises(PortLost, match=str(path)):
            SerialPort(ThreadClock(), str(path)).open()


def test_settings_that_make_no_sense_are_the_rig_files_fault() -> None:
    """A parity or a baud rate that does not exist is a RigError, before anything is opened."""
    for settings in ({"parity": "X"}, {"baud": -1}, {"stop_bits": 3}):
        with pytest.raises(RigError):
            SerialPort(ThreadClock(), "/dev/null", **settings)
    with pytest.raises(RigError):
        SerialPort(ThreadClock(), "nonsense://host:1")


def test_dtr_and_rts_are_set_before_the_line_is_opened() -> None:
    """A board that resets on DTR must not see it rise first."""
    port = SerialPort(ThreadClock(), "/dev/null", dtr=False, rts=False)
    assert port._line.dtr is False
    assert port._line.rts is False
    assert not port._line.is_open


def test_a_line_that_takes_nothing_is_given_up(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    """A write against a stopped line ends with PortTimeout, and the port is lost."""
    monkeypatch.setattr(serial_port, "SEND_WITHIN", 0.05)
    port = SerialPort(ThreadClock(), line.path)
    port.open()

    with pytest.raises(PortTimeout):
        port.write(b"x" * (1 << 20))

    with pytest.raises(PortLost):
        port.write(b"y")
    port.close()


def test_close_ends_a_waiting_read(port: SerialPort) -> None:
    """Who waits on a port that is closed is told."""
    closer = threading.Timer(0.02, port.close)
    closer.start()
    with pytest.raises(PortLost, match="closed here"):
        port.read(until=port.clock.now() + LIMIT)
    closer.join()
    port.close()


def test_socket_urls_work_and_notice_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """``socket://`` moves bytes, keeps its connection alive, and is lost when the peer closes."""
    nap = "serial.urlhandler.protocol_socket.time.sleep"
    monkeypatch.setattr(nap, float)  # 0.3 s at every close
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = SerialPort(ThreadClock(), f"socket://127.0.0.1:{listener.getsockname()[1]}")
        port.open()
        other, _ = listener.accept()
        other.sendall(b"hello")
        assert _read_all(port, 5) == b"hello"
        port.write(b"world")
        assert other.recv(10) == b"world"
        with socket.socket(fileno=os.dup(port._line.fileno())) as same:
            assert same.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        other.close()
        with pytest.raises(PortLost):
            port.read(until=port.clock.now() + LIMIT)
        port.close()


def test_an_absent_server_is_lost() -> None:
    """URLs with nobody behind them are PortLost at open."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        free = listener.getsockname()[1]
    for scheme in ("socket", "rfc2217"):
        with pytest.raises(PortLost):
            SerialPort(ThreadClock(), f"{scheme}://127.0.0.1:{free}").open()


@pytest.mark.filterwarnings("ignore:set(Daemon|Name):DeprecationWarning")
def test_rfc2217_works_and_notices_the_end() -> None:
    """A line behind a serial server moves bytes at its set speed, and is lost with the server."""
    device = Line()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = threading.Thread(target=_serve_rfc2217, args=(listener, device), daemon=True)
        server.start()
        url = f"rfc2217://127.0.0.1:{listener.getsockname()[1]}"
        port = SerialPort(ThreadClock(), url, baud=9600)
        port.open()
        port.write(b"AT\r")
        assert os.read(device.far, 10) == b"AT\r"

        os.write(device.far, b"OK\r\n")
        assert _read_all(port, 4) == b"OK\r\n"

        os.write(device.far, b"!")  # the server below takes this for its end
        with pytest.raises(PortLost):
            _read_all(port, 10)
        port.close()
        server.join(LIMIT)
    device.cut()


class _Modemless(serial.Serial):
    """A pty has no modem lines to set or to ask for."""

    cts = dsr = ri = cd = True

    def _update_dtr_state(self) -> None: ...

    def _update_rts_state(self) -> None: ...


def _serve_rfc2217(listener: socket.socket, device: Line) -> None:
    """A serial server as in pyserial's own example, for one client."""
    connection, _ = listener.accept()
    line = _Modemless(device.path, timeout=0.02)
    writer = type("Writer", (), {"write": staticmethod(connection.sendall)})()
    telnet: Any = serial.rfc2217.PortManager(cast(Any, line), writer)
    connection.settimeout(0.02)
    while True:
        seen = line.read(100)
        if seen == b"!":
            break
        connection.sendall(b"".join(telnet.escape(seen)))
        try:
            line.write(b"".join(telnet.filter(connection.recv(1000))))
        except TimeoutError:
            continue
    connection.close()
    line.close()
