"""What a person is told to do about a device that does not answer."""

import pytest

from harness.model.rig import Device
from harness.model.words import words_in
from harness.rig.absent import OF_ITS_OWN, UNHEARD, USUAL, mending


def test_each_kind_of_address_has_its_next_move() -> None:
    """An instrument is looked for, adb's server is started, a person comes to a terminal."""
    told = {
        driver: mending(Device("terminal", driver, "somewhere"))
        for driver in ("zvt", "android", "operator")
    }

    assert told["zvt"] == USUAL
    assert "adb start-server" in told["android"]
    assert "in CI" in told["operator"]


def test_the_table_names_drivers_that_there_are() -> None:
    """A driver that was renamed would fall back to the usual words unseen."""
    assert set(OF_ITS_OWN) <= set(words_in("harness.drivers", ""))


@pytest.mark.parametrize(
    ("driver", "said", "move"),
    [
        ("quectel", "[Errno 13] could not open port /dev/ttyUSB2: Permission denied", "usermod"),
        ("quectel", "Could not exclusively lock port: [Errno 11] Resource temporarily", "fuser"),
        ("quectel", "[Errno 16] Device or resource busy", "fuser"),
        ("rcdat", "10.0.0.7:23: [Errno 113] No route to host", USUAL),
        ("rcdat", "10.0.0.7:23: timed out", USUAL),
        ("rcdat", "10.0.0.7:23: [Errno 111] Connection refused", UNHEARD),
        ("gateway", "gateway://ethX,ethY: there is no interface ethY", "ip link"),
        ("gateway", "ssh: Could not resolve hostname box: Name or service", "getent hosts"),
        ("usb_hub", "program://uhubctl: uhubctl is not installed", "install what it names"),
        ("scpi", "cannot be opened: Please install PyUSB to use this", "install what it names"),
        ("android", "127.0.0.1:5037: [Errno 111] Connection refused", "adb start-server"),
        ("android", "adb.lab.example:5037: [Errno -2] Name or service not known", "getent hosts"),
        ("android", "terminal SM1: device 'SM1' not found", "adb devices"),
        ("android", "terminal SM1: device unauthorized. Confirm", "on the terminal's display"),
    ],
)
def test_the_next_move_goes_by_what_the_error_says(driver: str, said: str, move: str) -> None:
    """Whoever may not open a line is not sent to look whether it is plugged in."""
    assert move in mending(Device("console", driver, "somewhere"), said)
