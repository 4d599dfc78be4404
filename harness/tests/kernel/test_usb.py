"""A USB serial device that is unplugged and comes back, for real: dummy_hcd, g_serial, cdc_acm.

Only in the emulated machine of ``tox -e kernel``, whose kernel it is that modules are loaded into.
"""

import contextlib
import os
import subprocess
import threading
import tty
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from harness.clock import ThreadClock
from harness.drivers.at import Driver
from harness.errors import PortLost
from harness.ports.plugged import plugged_at
from harness.ports.serial import SerialPort
from harness.tests.patience import LIMIT, soon

MODPROBE = os.environ.get("HARNESS_MODPROBE", "")
pytestmark = pytest.mark.skipif(not MODPROBE, reason="runs in the machine of tox -e kernel")

CLOCK = ThreadClock()
NODE, FAR = Path("/dev/ttyACM0"), Path("/dev/ttyGS0")
#: What the Linux USB gadget g_serial calls itself (drivers/usb/gadget/legacy/serial.c).
VENDOR = "0525"


@pytest.fixture
def device() -> Iterator[Path]:
    """A USB serial device, plugged in."""
    subprocess.run([MODPROBE, "g_serial"], check=True)
    soon(NODE.exists)
    yield NODE
    subprocess.run([MODPROBE, "-r", "g_serial"], check=True)
    soon(lambda: not NODE.exists())


def plug(*, there: bool) -> None:
    """Pull it out, or put it in again: to its driver that is the same (usb/authorization.rst)."""
    for vendor in Path("/sys/bus/usb/devices").glob("*/idVendor"):
        if vendor.read_text().strip() == VENDOR:
            (vendor.parent / "authorized").write_text("1" if there else "0")


def opened(path: Path) -> SerialPort:
    """A port that is open."""
    port = SerialPort(CLOCK, str(path))
    until(port.open)
    return port


def until(act: Callable[[], object]) -> None:
    """Try for a while: a node that has just appeared may not be ours yet."""
    limit = CLOCK.now() + LIMIT
    while True:
        try:
            act()
        except PortLost:
            assert CLOCK.now() < limit
            CLOCK.sleep(0.05)
        else:
            return


def held() -> list[str]:
    """Nodes that this process has open, also of a device that is gone."""
    found = []
    for one in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(OSError):
            found.append(str(one.readlink()))
    return [name for name in found if "ttyACM" in name]


def test_bytes_go_both_ways(device: Path) -> None:
    """What one end writes the other one reads."""
    port = opened(device)
    far = os.open(FAR, os.O_RDWR | os.O_NOCTTY)
    tty.setraw(far)
    port.write(b"AT\r")
    asked = os.read(far, 3)
    os.write(far, b"OK\r\n")
    answer = port.read(CLOCK.now() + LIMIT)
    os.close(far)
    port.close()

    assert asked == b"AT\r"
    assert answer is not None
    assert answer.data.startswith(b"OK")


def test_a_device_that_is_pulled_out_is_lost_at_once(device: Path) -> None:
    """A port that waits hears of it; one error family, whatever call it is."""
    port = opened(device)
    plug(there=False)
    soon(lambda: port.readable)

    with pytest.raises(PortLost):
        port.read(CLOCK.now() + LIMIT)
    with pytest.raises(PortLost):
        port.write(b"AT\r")
    with pytest.raises(PortLost):
        port.open()
    port.close()
    plug(there=True)


def test_a_device_that_comes_back_has_its_name_again(device: Path) -> None:
    """The port let go at once, so the name is free when the device returns."""
    port = opened(device)
    plug(there=False)
    soon(lambda: not held())

    plug(there=True)
    soon(NODE.exists)
    until(port.open)
    again = held()
    port.close()

    assert again == [str(device)]


def test_a_device_under_another_name_is_found_there(device: Path) -> None:
    """Somebody else holds the old node: the device is ttyACM1 now, and the port goes on there."""
    port = opened(device)
    was = plugged_at(str(device))
    holder = os.open(device, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    try:
        plug(there=False)
        soon(lambda: port.readable)
        plug(there=True)
        soon(Path("/dev/ttyACM1").exists)
        until(port.open)
        now = plugged_at("/dev/ttyACM1")
    finally:
        os.close(holder)
        port.close()

    assert was is not None
    assert now is not None
    assert was.is_again(now)
    plug(there=False)
    soon(lambda: not Path("/dev/ttyACM1").exists())
    plug(there=True)


def test_a_modem_answers_its_driver_before_and_after(device: Path) -> None:
    """The AT driver over a real USB line: asked, unplugged, plugged in, asked again."""
    port = opened(device)
    driver = Driver(port)
    with modem():
        before = driver.identify()
        plug(there=False)
        soon(lambda: not held())
        with pytest.raises(PortLost):
            driver.identify()
        plug(there=True)
        soon(NODE.exists)
        until(port.open)
        after = driver.identify()
    port.close()

    assert "Testmodem" in before
    assert after == before


@contextlib.contextmanager
def modem() -> Iterator[None]:
    """Something that answers AT at the far end; its line is hung up when it is unplugged."""
    over = threading.Event()

    def serve() -> None:
        while not over.is_set():
            with contextlib.suppress(OSError):
                far = os.open(FAR, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
                try:
                    tty.setraw(far)
                    answer(far, over)
                finally:
                    os.close(far)
            over.wait(0.05)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def answer(far: int, over: threading.Event) -> None:
    """Every command, until the line is hung up."""
    rest = b""
    while not over.wait(0.01):
        try:
            seen = os.read(far, 1000)
        except BlockingIOError:
            continue
        if not seen:
            return
        *whole, rest = (rest + seen).split(b"\r")
        for _ in whole:
            os.write(far, b"\r\nTestmodem\r\n\r\nOK\r\n")
