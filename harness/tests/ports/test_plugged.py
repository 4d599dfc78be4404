"""A USB tty that went and came back: under its name, under another, or as something else."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.clock import ThreadClock
from harness.errors import PortLost
from harness.ports.plugged import UsbTty, now_at
from harness.ports.serial import SerialPort
from harness.tests.patience import LIMIT
from harness.tests.ports.plug_board import Hub, Usb


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """An empty one."""
    made = Hub(tmp_path)
    monkeypatch.setattr("serial.tools.list_ports.comports", lambda: made.rows)
    yield made
    made.pull()


EC25 = (0x2C7C, 0x0125)
BOOT_ROM = (0x05C6, 0x9008)


def _lost(port: SerialPort) -> None:
    with pytest.raises(PortLost):
        port.read(until=port.clock.now() + LIMIT)


def _says(hub: Hub, name: str, port: SerialPort) -> bytes:
    os.write(hub.far[name], b"RDY")
    chunk = port.read(until=port.clock.now() + LIMIT)
    assert chunk is not None
    return chunk.data


def test_a_modem_that_comes_back_under_another_name_is_found(hub: Hub) -> None:
    """ttyUSB2 is ttyUSB4 now, and what is called ttyUSB2 is another interface of it."""
    path = hub.plug("ttyUSB2", product=EC25, serial="", location="1-1.4:1.2")
    port = SerialPort(ThreadClock(), path)
    port.open()
    hub.pull()
    _lost(port)

    hub.plug("ttyUSB2", product=EC25, serial="", location="1-1.4:1.0")
    hub.plug("ttyUSB4", product=EC25, serial="", location="1-1.4:1.2")
    port.open()

    assert _says(hub, "ttyUSB4", port) == b"RDY"
    port.close()


def test_a_boot_rom_in_its_place_is_left_alone(hub: Hub) -> None:
    """First comes 05c6:9008, and nobody opens that; then the modem, in its old place."""
    path = hub.plug("ttyUSB2", product=EC25, serial="", location="1-1.4:1.2")
    port = SerialPort(ThreadClock(), path)
    port.open()
    hub.pull()
    _lost(port)

    hub.plug("ttyUSB2", product=BOOT_ROM, serial="", location="1-1.4:1.2")
    with pytest.raises(PortLost, match="05c6:9008 is there instead of 2c7c:0125"):
        port.open()
    hub.pull()
    with pytest.raises(PortLost, match="not plugged in"):
        port.open()
    hub.plug("ttyUSB2", product=EC25, serial="", location="1-1.4:1.2")
    port.open()

    assert _says(hub, "ttyUSB2", port) == b"RDY"
    port.close()


def test_a_device_with_a_serial_number_may_move_to_another_socket(hub: Hub) -> None:
    """Its interface must be the same; another device of its kind is not taken for it."""
    was = UsbTty("x", "2c7c:0125", "S1", "1-1.4:1.2")
    hub.plug("ttyUSB0", product=EC25, serial="S2", location="1-1.3:1.2")
    hub.plug("ttyUSB1", product=EC25, serial="S1", location="1-1.2:1.3")
    assert now_at("nowhere", was)[0] is None

    hub.plug("ttyUSB5", product=EC25, serial="S1", location="1-1.2:1.2")

    assert now_at("nowhere", was)[0] == hub.rows[-1].device


def test_of_two_with_one_serial_number_the_one_in_the_same_socket_is_meant(hub: Hub) -> None:
    """Modules of a batch often share it."""
    was = UsbTty("x", "2c7c:0125", "0123456789ABCDEF", "1-1.4:1.2")
    for location in ("1-1.3:1.2", "1-1.4:1.2"):
        hub.plug(location, product=EC25, serial="0123456789ABCDEF", location=location)

    assert now_at("nowhere", was)[0] == hub.rows[1].device


def test_what_is_no_usb_device_is_opened_by_its_name(hub: Hub) -> None:
    """A UART of the board, a pty: no identity, nothing to look for."""
    path = hub.plug("ttyS1", product=EC25, serial="", location="")
    hub.rows[:] = [Usb("/dev/elsewhere", None, None, None, None)]
    port = SerialPort(ThreadClock(), path)
    port.open()
    port.close()
    port.open()

    assert _says(hub, "ttyS1", port) == b"RDY"
    port.close()
