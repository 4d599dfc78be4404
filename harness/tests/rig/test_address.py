"""Addresses become ports, or an error that says what one looks like."""

import pytest

from harness.clock import CooperativeClock, ThreadClock
from harness.errors import NoSuchDevice, PortLost, RigError
from harness.model.address import way_to
from harness.ports.memory import MemoryPort, pair
from harness.ports.serial import SerialPort
from harness.ports.tcp import TcpPort
from harness.ports.visa import VisaPort
from harness.rig.address import BenchPort, port_to, resolve


@pytest.mark.parametrize(
    ("address", "way"),
    [
        ("sim://supply", "bench"),
        ("sim://terminal/console", "bench"),
        ("sim+pty://modem", "served"),
        ("sim+visa://supply", "served"),
        ("/dev/ttyUSB0", "serial"),
        ("/dev/serial/by-id/usb-Quectel_EC25-if02", "serial"),
        ("rfc2217://10.0.0.5:2217", "serial"),
        ("socket://10.0.0.5:4000", "serial"),
        ("TCPIP0::10.0.0.5::5025::SOCKET", "visa"),
        ("TCPIP::psu.lab::hislip0::INSTR", "visa"),
        ("USB0::0x2A8D::0x1002::MY61003149::INSTR", "visa"),
        ("ASRL/dev/ttyUSB0::INSTR", "visa"),
        ("GPIB0::5::INSTR", "visa"),
        ("10.0.0.7:20007", "tcp"),
        ("terminal.lab:20007", "tcp"),
        ("[fe80::1]:20007", "tcp"),
    ],
)
def test_every_kind_of_address_is_known(address: str, way: str) -> None:
    """The shape of an address says the way there."""
    assert way_to(address) == way


@pytest.mark.parametrize("address", ["", "COM3", "supply", "10.0.0.7", "ttyUSB2", "a b:1"])
def test_what_is_no_address_is_refused(address: str) -> None:
    """The refusal shows what an address looks like."""
    with pytest.raises(RigError, match="wanted a tty"):
        port_to(address, ThreadClock())


@pytest.mark.parametrize(
    ("address", "like"),
    [
        ("sim:/x", "sim://modem"),
        ("http://x:1/", "http://10.0.0.5:8080"),
        ("gateway://eth1", "gateway://eth1,eth0"),
        ("ssh://root@10.0.0.9", "ssh://root@10.0.0.9/eth1,eth0"),
        ("tun:lab", "tun://lab"),
        ("operator://me", "operator://tty"),
    ],
)
def test_one_that_was_begun_well_is_shown_whole(address: str, like: str) -> None:
    """Who writes ``gateway://eth1`` is not told about ttys, but what is missing."""
    with pytest.raises(RigError, match=f"wanted one like {like}"):
        port_to(address, ThreadClock())


def test_real_addresses_get_their_ports() -> None:
    """Serial, VISA and TCP; nothing is opened yet."""
    clock = ThreadClock()
    assert isinstance(port_to("/dev/ttyUSB99", clock, baud=9600), SerialPort)
    assert isinstance(port_to("socket://h:1", clock), SerialPort)
    assert isinstance(port_to("h:1", clock), TcpPort)
    assert isinstance(port_to("TCPIP0::h::1::SOCKET", clock), VisaPort)


def test_the_line_speed_is_passed_on() -> None:
    """A relay board at 9600 baud is opened at 9600 baud."""
    port = port_to("/dev/ttyUSB99", ThreadClock(), baud=9600)
    assert isinstance(port, SerialPort)
    assert port._line.baudrate == 9600


def test_a_real_device_does_not_exist_in_virtual_time() -> None:
    """A virtual clock cannot wait for real bytes."""
    with pytest.raises(RigError, match="virtual"):
        port_to("h:1", CooperativeClock())


def test_a_served_device_is_found_at_its_real_address() -> None:
    """``sim+...`` is looked up, whole, in what is served; never in circles."""
    served = {"sim+pty://modem": "/dev/pts/7", "sim+tcp://x": "sim+tcp://x"}
    assert resolve("sim+pty://modem", served) == "/dev/pts/7"
    assert port_to("sim+pty://modem", ThreadClock(), served=served).address == "/dev/pts/7"
    for lost in ("sim+pty://suply", "sim+tcp://x"):
        with pytest.raises(RigError, match="no such device is served"):
            resolve(lost, served)
    with pytest.raises(RigError, match="Served: none"):
        resolve("sim+pty://modem", None)
    with pytest.raises(RigError, match="no simulated bench"):
        port_to("sim://modem", CooperativeClock())


def test_a_bench_line_is_dialled_again_after_a_loss() -> None:
    """A device that died and came back is reached by opening the same port again."""
    clock = CooperativeClock()
    far: list[MemoryPort] = []
    names: list[str] = []

    def connect(name: str) -> MemoryPort:
        names.append(name)
        near, end = pair(clock, name)
        far.append(end)
        return near

    def main() -> None:
        port = BenchPort(clock, "sim://terminal/ecr", connect)
        with pytest.raises(PortLost):
            port.write(b"early")
        assert port.readable
        port.open()
        port.open()
        assert names == ["terminal/ecr"]
        waiter = clock.spawn("waiter", lambda: port.read(until=10))
        clock.sleep(1)
        far[0].write(b"x")
        assert waiter.join(until=2)
        far[0].close()
        with pytest.raises(PortLost):
            port.read()
        port.open()
        far[1].write(b"again")
        chunk = port.read()
        assert chunk is not None
        assert chunk.data == b"again"
        port.close()
        port.close()
        with pytest.raises(PortLost):
            far[1].read()

    clock.run(main)


def test_a_dead_device_refuses_and_may_be_tried_again() -> None:
    """PortLost at open, as often as it is asked."""

    def connect(name: str) -> MemoryPort:
        raise PortLost(f"{name}: connection refused")

    port = BenchPort(CooperativeClock(), "sim://terminal/ecr", connect)
    for _ in range(2):
        with pytest.raises(PortLost, match="refused"):
            port.open()


def test_only_an_unknown_name_is_no_such_device() -> None:
    """What goes wrong while a device is made is not the rig file's: it comes out as it is."""

    def connect(name: str) -> MemoryPort:
        if name == "modem":
            raise KeyError("its personality has no such key")
        raise NoSuchDevice(f"no device {name!r}; known: modem")

    with pytest.raises(RigError, match=r"sim://modme: no device 'modme'; known: modem"):
        BenchPort(CooperativeClock(), "sim://modme", connect).open()
    with pytest.raises(KeyError):
        BenchPort(CooperativeClock(), "sim://modem", connect).open()
