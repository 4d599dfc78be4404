"""Who else reaches for a serial line, in books that are written for the test."""

import os
import pty
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.survey import ttys
from harness.survey.findings import BAD, OK, WARN
from harness.survey.ttys import Where, holders, others, rule


class Machine:
    """A pty in the place of ttyUSB2, with a USB device above it in sysfs."""

    def __init__(self, folder: Path) -> None:
        self.far, self.near = pty.openpty()
        self.tty = os.ttyname(self.near)
        self.where = Where(folder / "sys", folder / "udev", folder / "proc")
        number = Path(self.tty).stat().st_rdev
        self.name = f"{os.major(number)}:{os.minor(number)}"
        self.product = folder / "sys" / "devices" / "usb1" / "1-1.4"
        device = self.product / "1-1.4:1.2" / "ttyUSB2" / "tty" / "ttyUSB2"
        device.mkdir(parents=True)
        (device / "dev").write_text(f"{self.name}\n")
        (self.product / "power").mkdir()
        for name, text in (("idVendor", "2c7c"), ("idProduct", "0125"), ("dev", "189:7")):
            (self.product / name).write_text(f"{text}\n")
        (self.product / "power" / "control").write_text("on\n")
        char = folder / "sys" / "dev" / "char"
        char.mkdir(parents=True)
        (char / self.name).symlink_to(device)
        (folder / "udev").mkdir()
        (folder / "proc").mkdir()

    def mark(self, record: str, mark: str) -> None:
        (self.where.udev / record).write_text(f"I:1\nE:ID_BUS=usb\n{mark}\n")


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Machine]:
    """One with ModemManager running."""

    class Process:
        info = {"name": "ModemManager"}  # noqa: RUF012 - as psutil has it

    monkeypatch.setattr("psutil.process_iter", lambda _: [Process()])
    made = Machine(tmp_path)
    yield made
    os.close(made.far)
    os.close(made.near)


def test_modemmanager_is_told_with_the_rule_that_keeps_it_away(machine: Machine) -> None:
    """The rule names the device's vendor and product, and the file it goes into."""
    (row,) = others([machine.tty], machine.where)

    assert row[:2] == ("modemmanager", WARN)
    wanted = 'ATTRS{idVendor}=="2c7c", ATTRS{idProduct}=="0125", ENV{ID_MM_PORT_IGNORE}="1"'
    assert wanted in row[3]
    assert ttys.RULES in row[3]


@pytest.mark.parametrize(
    ("record", "mark"),
    [
        ("c{tty}", "E:ID_MM_PORT_IGNORE=1"),
        ("+usb:1-1.4:1.2", "E:ID_MM_PORT_IGNORE=1"),
        ("c189:7", "E:ID_MM_DEVICE_IGNORE=1"),
    ],
)
def test_a_rule_that_is_there_is_seen(machine: Machine, record: str, mark: str) -> None:
    """On the tty, on its interface, or on the whole device."""
    machine.mark(record.format(tty=machine.name), mark)

    (row,) = others([machine.tty], machine.where)

    assert row[:2] == ("modemmanager", OK)


def test_without_modemmanager_nothing_is_said_of_it(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A healthy machine has no findings."""
    monkeypatch.setattr("psutil.process_iter", lambda _: [])

    assert list(others([machine.tty], machine.where)) == []


def test_another_program_on_the_line_is_named(machine: Machine) -> None:
    """By its open file; what cannot be looked into is passed over."""
    folder = machine.where.proc / "4711"
    (folder / "fd").mkdir(parents=True)
    (folder / "fd" / "3").symlink_to(machine.tty)
    (folder / "comm").write_text("minicom\n")
    (machine.where.proc / "4712").mkdir()

    assert list(holders(machine.tty, machine.where)) == [(4711, "minicom")]
    rows = list(others([machine.tty], machine.where))

    assert ("holder", BAD, f"{machine.tty} is open in minicom") in [row[:3] for row in rows]


def test_power_saving_of_the_device_is_told(machine: Machine) -> None:
    """A modem that is put to sleep resets."""
    (machine.product / "power" / "control").write_text("auto\n")

    rows = list(others([machine.tty], machine.where))

    assert [row[:2] for row in rows][1:] == [("autosuspend", WARN)]


def test_a_line_that_is_no_usb_device_gets_a_rule_by_its_name(tmp_path: Path) -> None:
    """A UART of the board; one that is not there at all is nobody's."""
    assert 'KERNEL=="ttyS1"' in rule(str(tmp_path / "ttyS1"), None)
    books = Where(tmp_path, tmp_path, tmp_path)
    assert list(holders(str(tmp_path / "ttyS1"), books)) == []
