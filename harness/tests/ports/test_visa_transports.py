"""The VISA port over VXI-11, HiSLIP, USBTMC and serial resources, by resource string alone."""

import gc
import os
import pty
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from pyvisa_py.protocols import hislip, rpc

from harness.clock import Clock, CooperativeClock, ThreadClock
from harness.drivers._scpi import ScpiSession
from harness.errors import PortError, PortLost, PortTimeout
from harness.ports import _visa_lines
from harness.ports._visa_lines import sockets, waiting_bytes
from harness.ports.base import Port
from harness.ports.reopen import reopen
from harness.ports.visa import VisaPort
from harness.rig.address import port_to
from harness.tests.patience import LIMIT, soon
from harness.tests.ports.hislip_server import hislip_server
from harness.tests.ports.instrument import BIG, Brain
from harness.tests.ports.vxi11_server import portmapper_server, vxi11_server

SHAPES = {
    "vxi11": "TCPIP0::127.0.0.1,{}::inst0::INSTR",
    "hislip": "TCPIP::127.0.0.1::hislip0,{}::INSTR",
}


@dataclass
class Bench:
    """A port on an instrument behind one of the transports."""

    port: VisaPort
    brain: Brain
    scpi: ScpiSession


@pytest.fixture(params=["vxi11", "hislip"])
def bench(request: pytest.FixtureRequest) -> Iterator[Bench]:
    """The port, opened."""
    server = {"vxi11": vxi11_server, "hislip": hislip_server}[request.param]
    with server() as (number, brain):
        address = SHAPES[request.param].format(number)
        port = VisaPort(ThreadClock(), address, write_timeout=LIMIT)
        port.open()
        yield Bench(port, brain, ScpiSession(port, timeout=LIMIT))
        brain.ripe.set()
        port.close()


@contextmanager
def hasty(bench: Bench) -> Iterator[None]:
    """For as long it waits for no answer."""
    bench.scpi._timeout = 0.25
    try:
        yield
    finally:
        bench.scpi._timeout = LIMIT


def test_a_message_goes_and_its_answer_comes(bench: Bench) -> None:
    """Write, query, twice; nothing is left over."""
    bench.port.write(b"VOLT 5\n")
    assert bench.scpi.ask("*IDN?") == "MAKER,MODEL,1,2"
    assert bench.scpi.ask("VOLT?") == "VOLT?"
    assert bench.brain.heard == [b"VOLT 5\n", b"*IDN?\n", b"VOLT?\n"]


def test_every_socket_is_tuned(bench: Bench) -> None:
    """No Nagle, and a dead peer is noticed in seconds, on each connection of the transport."""
    lines = sockets(bench.port._session.interface)
    assert lines
    for line in lines:
        assert line.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        assert line.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
        assert line.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 3000


def test_silence_ends_in_time_and_is_no_loss(bench: Bench) -> None:
    """A query without an answer costs its timeout; the next one is answered."""
    began = bench.port.clock.now()
    with hasty(bench), pytest.raises(PortTimeout):
        bench.scpi.ask("NEVER?")
    assert 0.25 <= bench.port.clock.now() - began < LIMIT
    assert bench.scpi.ask("VOLT?") == "VOLT?"


def test_a_late_answer_is_cleared_away(bench: Bench) -> None:
    """After a timeout there is a device clear, and the next answer is the right one."""
    with hasty(bench), pytest.raises(PortTimeout):
        bench.scpi.ask("SLOW?")
    assert bench.scpi.ask("CURR?") == "CURR?"
    assert bench.brain.clears == 1
    bench.brain.ripe.set()
    bench.port.clock.sleep(0.1)
    assert bench.scpi.ask("POW?") == "POW?"


def test_an_answer_that_is_under_way_does_not_break_a_device_clear(bench: Bench) -> None:
    """The late answer is already here when the instrument is cleared."""
    bench.port.write(b"SLOW?\n")
    bench.brain.ripe.set()
    interface = bench.port._session.interface
    if isinstance(interface, hislip.Instrument):  # VXI-11 has it brought when it is asked for
        soon(lambda: waiting_bytes(sockets(interface)[0]))
    bench.port.clear()
    assert bench.port.read(bench.port.clock.now() + 0.05) is None
    assert bench.scpi.ask("VOLT?") == "VOLT?"


def test_a_big_answer_comes_whole(bench: Bench) -> None:
    """Three megabytes, in parts, in order."""
    bench.port.write(b"BIG?\n")
    got, until = b"", bench.port.clock.now() + LIMIT
    while len(got) <= len(BIG):
        chunk = bench.port.read(until)
        assert chunk is not None
        got += chunk.data
    assert got == BIG + b"\n"


def test_a_pulled_instrument_is_lost_at_once_and_stays_lost(bench: Bench) -> None:
    """PortLost before its time, also for the next write, and no connection made behind the back."""
    assert bench.scpi.ask("VOLT?") == "VOLT?"
    bench.brain.pull.set()
    began = bench.port.clock.now()
    with pytest.raises(PortLost):
        bench.port.read(began + LIMIT)
    assert bench.port.clock.now() - began < LIMIT / 2
    with pytest.raises(PortLost):
        bench.port.write(b"OUTP OFF\n")
    assert bench.brain.heard == [b"VOLT?\n"]


def test_a_write_after_a_pull_is_lost_and_not_swallowed(bench: Bench) -> None:
    """The first write after the loss already says so."""
    assert bench.scpi.ask("VOLT?") == "VOLT?"
    bench.brain.pull.set()
    soon(lambda: waiting_bytes(sockets(bench.port._session.interface)[0]) is None)
    with pytest.raises(PortLost):
        bench.port.write(b"OUTP OFF\n")


def test_an_instrument_that_hangs_is_an_error_each_time_and_in_time(bench: Bench) -> None:
    """It takes bytes and does nothing more: silence or loss, never a wait without an end."""
    assert bench.scpi.ask("VOLT?") == "VOLT?"
    bench.brain.stalled = True
    bench.port._write_timeout = 0.2
    began = bench.port.clock.now()
    with hasty(bench), pytest.raises(PortError):
        bench.scpi.ask("VOLT?")
    with hasty(bench), pytest.raises(PortLost):
        bench.scpi.ask("VOLT?")  # the device clear brings nothing either
    assert bench.port.clock.now() - began < LIMIT


def test_a_read_can_be_killed(bench: Bench) -> None:
    """A task that waits for an answer dies before that would have come."""
    clock = bench.port.clock
    bench.port.write(b"NEVER?\n")
    task = clock.spawn("reader", lambda: bench.port.read(clock.now() + 2 * LIMIT))
    clock.sleep(0.1)
    task.kill()
    assert task.join(clock.now() + LIMIT)


def test_a_portmapper_is_asked_where_the_instrument_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """``TCPIP::host::INSTR`` finds the core channel through the portmapper."""
    with vxi11_server() as (number, brain), portmapper_server(number) as mapper:
        monkeypatch.setattr(rpc, "PMAP_PORT", mapper)
        monkeypatch.setattr(_visa_lines, "PORTMAPPER", mapper)
        port = VisaPort(ThreadClock(), "TCPIP::127.0.0.1::INSTR")
        port.open()
        assert ScpiSession(port, timeout=LIMIT).ask("*IDN?") == "MAKER,MODEL,1,2"
        port.close()
        assert brain.heard == [b"*IDN?\n"]


@pytest.mark.filterwarnings(
    "ignore::ResourceWarning"
)  # pyvisa-py drops the socket it could not use
@pytest.mark.parametrize("shape", SHAPES.values())
def test_somebody_elses_server_is_lost_not_an_odd_error(shape: str) -> None:
    """A server of another protocol, one that closes: PortLost from ``open``, whatever it says."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def babble() -> None:
            try:
                while True:
                    client, _ = listening.accept()
                    with client:
                        client.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
            except OSError:
                pass

        threading.Thread(target=babble, daemon=True).start()
        port = VisaPort(ThreadClock(), shape.format(listening.getsockname()[1]))
        with pytest.raises(PortLost, match="cannot be opened"):
            port.open()
        listening.shutdown(socket.SHUT_RDWR)
    gc.collect()


@pytest.mark.parametrize(
    "address", ["USB0::0x2A8D::0x1202::MY1::INSTR", "GPIB0::5::INSTR", "USB0::0x1::0x2::S::RAW"]
)
def test_a_bus_that_is_not_here_is_one_clear_error(address: str) -> None:
    """No such device, no libusb, no GPIB: a PortLost that names the address and the reason."""
    with pytest.raises(PortLost, match=r"cannot be opened: \w+"):
        VisaPort(ThreadClock(), address).open()


# --- reopening ------------------------------------------------------------------------------


class Flaky(Port):
    """Cannot be opened so many times; counts."""

    def __init__(self, clock: Clock, fails: int) -> None:
        super().__init__(clock, "flaky")
        self.fails, self.opened, self.closed = fails, 0, 0

    def open(self) -> None:
        self.opened += 1
        if self.opened <= self.fails:
            raise PortLost("flaky: connection refused")

    def write(self, data: bytes) -> None:
        raise PortLost("flaky")

    def read(self, until: float | None = None) -> None:
        raise PortLost("flaky")

    @property
    def readable(self) -> bool:
        return True

    def close(self) -> None:
        self.closed += 1


def test_reopening_pauses_ever_longer_and_ends() -> None:
    """Closed first; bounded; the pauses double; the last error is told."""
    clock = CooperativeClock()
    port = Flaky(clock, 9)

    def main() -> None:
        assert reopen(Flaky(clock, 2), first=0.5) == 3
        assert clock.now() == pytest.approx(0.5 + 1 + 2)
        with pytest.raises(PortLost, match="connection refused, in 3 attempts"):
            reopen(port, attempts=3)

    clock.run(main)
    assert (port.opened, port.closed) == (3, 1)


def test_a_reopened_session_gets_back_in_step(bench: Bench) -> None:
    """After a reopen the first question is the marker's, so no old answer can be taken."""
    with hasty(bench), pytest.raises(PortTimeout):
        bench.scpi.ask("NEVER?")
    reopen(bench.port, first=0.01)
    assert bench.scpi.ask("VOLT?") == "VOLT?"
    assert bench.brain.heard[-2:] == [b"*ESE?;*IDN?\n", b"VOLT?\n"]


# --- serial resources -----------------------------------------------------------------------


def test_a_serial_resource_has_the_rigs_speed() -> None:
    """``baud`` of a rig's line reaches an ASRL resource, which would else be at 9600."""
    instrument, terminal = pty.openpty()
    try:
        port = port_to(f"ASRL{os.ttyname(terminal)}::INSTR", ThreadClock(), baud=57600)
        assert isinstance(port, VisaPort)
        port.open()
        assert port._session.interface.baudrate == 57600
        port.write(b"*IDN?\n")
        assert os.read(instrument, 100) == b"*IDN?\n"
        os.write(instrument, b"KORADKA3005PV2.0")  # as a supply without line ends
        chunk = port.read(port.clock.now() + LIMIT)
        assert chunk is not None
        assert chunk.data.startswith(b"K")
        port.close()
    finally:
        os.close(instrument)
        os.close(terminal)
