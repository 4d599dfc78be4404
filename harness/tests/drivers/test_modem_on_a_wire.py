"""A modem driver on a real tty that goes and comes back, in real time."""

import os
import select
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.clock import ThreadClock
from harness.drivers.quectel import Driver
from harness.errors import PortLost
from harness.model.cellular import Signal
from harness.ports.serial import SerialPort
from harness.tests.drivers.modem_talk import Heard
from harness.tests.patience import LIMIT
from harness.tests.ports.plug_board import Hub

EC25, BOOT_ROM = (0x2C7C, 0x0125), (0x05C6, 0x9008)
LEVELS = b'\r\n+QCSQ: "LTE",-52,-81,195,-10\r\n'
ANSWERS = {
    b"AT+QCSQ": LEVELS,
    b"AT+CEREG?": b'\r\n+CEREG: 3,1,"DE10","5F1EA15",7\r\n',
    b"AT+CPIN?": b"\r\n+CPIN: READY\r\n",
    b'AT+QENG="servingcell"': b'\r\n+QENG: "servingcell","SEARCH"\r\n',
}


class Desk(Hub):
    """A hub with modems on it that live until they are pulled."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._over = threading.Event()
        self._firmware: list[threading.Thread] = []

    def put(self, name: str, product: tuple[int, int], location: str, *, alive: bool) -> str:
        """Plug a device in; a live one answers AT. Returns its path."""
        path = self.plug(name, product=product, serial="", location=location)
        if alive:
            self._over.clear()
            self._firmware.append(threading.Thread(target=self._live, args=(self.far[name],)))
            self._firmware[-1].start()
        return path

    def pull(self) -> None:
        self._over.set()
        for thread in self._firmware:
            thread.join(LIMIT)
        self._firmware = []
        super().pull()

    def _live(self, far: int) -> None:
        """Echo until it is told not to; OK to everything."""
        heard, echo = b"", True
        while not self._over.is_set():
            if not select.select([far], [], [], 0.02)[0]:
                continue
            heard += os.read(far, 1000)
            while b"\r" in heard:
                command, _, heard = heard.partition(b"\r")
                said = command + b"\r" if echo else b""
                echo = echo and command != b"ATE0"
                os.write(far, said + ANSWERS.get(command, b"") + b"\r\nOK\r\n")


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """An empty one."""
    made = Desk(tmp_path)
    monkeypatch.setattr("serial.tools.list_ports.comports", lambda: made.rows)
    yield made
    made.pull()


def _until_lost(port: SerialPort, driver: Driver) -> None:
    assert port.arrived.wait_for(lambda: port.readable, port.clock.now() + LIMIT)
    driver.attend()


def test_a_modem_that_is_enumerated_anew_is_met_again(desk: Desk) -> None:
    """Gone, back as a boot ROM that nobody talks to, then under another name, echoing again."""
    heard = Heard()
    port = SerialPort(ThreadClock(), desk.put("ttyUSB2", EC25, "1-1:1.2", alive=True))
    port.open()
    driver = Driver(port)
    driver.observe = heard
    assert driver.signal() == Signal(-81, -10, -52, LEVELS.decode().strip(), 19)

    desk.pull()
    _until_lost(port, driver)
    desk.put("ttyUSB2", BOOT_ROM, "1-1:1.2", alive=False)
    driver.poll()
    assert [kind for kind, _ in heard.rows] == ["signal", "silent"]
    desk.pull()
    desk.put("ttyUSB2", EC25, "1-1:1.0", alive=False)
    desk.put("ttyUSB4", EC25, "1-1:1.2", alive=True)
    driver.poll()

    assert [kind for kind, _ in heard.rows][2:4] == ["answering", "signal"]
    assert heard.of("sim") == [{"state": "READY"}]
    port.close()


def test_a_modem_that_stays_away_is_told_with_where_it_was(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not for ever: after its time the call says which tty is missing."""
    monkeypatch.setattr("harness.drivers._at.REOPEN", 0.2)
    monkeypatch.setattr("harness.drivers._at.REOPEN_EVERY", 0.05)
    path = desk.put("ttyUSB2", EC25, "1-1:1.2", alive=True)
    port = SerialPort(ThreadClock(), path)
    port.open()
    driver = Driver(port)
    assert driver.sim_state() == "READY"

    desk.pull()

    with pytest.raises(PortLost, match=r"CEREG.*not plugged in"):
        driver.registration()
    port.close()
