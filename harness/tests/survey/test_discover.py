"""Discovery, against instruments served in another process, on ptys and behind odd servers."""

import os
import pty
import socket
import threading
import tty
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from harness.clock import ThreadClock
from harness.errors import RigLocked
from harness.files import load_rig
from harness.ports import listing
from harness.ports.listing import Plugged
from harness.rig.lock import RigLock
from harness.sim.served import ServedBench
from harness.survey import discover
from harness.survey.discover import Found, Search, rig_line, rig_lines
from harness.survey.guess import guess, identities
from harness.survey.held import held, host_of
from harness.tests.patience import LIMIT
from harness.tests.ports.hislip_server import hislip_server
from harness.tests.ports.vxi11_server import vxi11_server

KEYSIGHT = "KEYSIGHT,E36313A,MY12345678,1.0.4"


@pytest.fixture
def search(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Search:
    """A search with locks of its own, that waits long for an answer and not for a second part."""
    monkeypatch.setattr(discover, "WITHIN", LIMIT)
    monkeypatch.setattr(discover, "QUIET", 0.1)
    return Search(ThreadClock(), tmp_path)


@contextmanager
def pty_device(answers: dict[bytes, bytes]) -> Iterator[tuple[str, list[bytes]]]:
    """A serial device: its tty and every byte it ever got. It has a word for what it knows not."""
    master, slave = pty.openpty()
    tty.setraw(slave)
    heard: list[bytes] = []

    def run() -> None:
        with suppress(OSError):
            while True:
                heard.append(os.read(master, 100))
                os.write(master, answers.get(heard[-1], b"ERROR\r\n"))

    threading.Thread(target=run, daemon=True).start()
    try:
        yield os.ttyname(slave), heard
    finally:
        os.close(slave)
        os.close(master)


def test_a_served_supply_becomes_a_rig_line_that_loads(
    search: Search, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Asked over TCP in another process, guessed by its identity, pasted, read by ``load_rig``."""
    monkeypatch.setattr(discover, "WITHIN", 2.0)  # it has no answer to the second question
    with ServedBench({"terminal": None, "channel": 2}, ["sim+visa://supply"], seed=1) as bench:
        port = bench.addresses["sim+visa://supply"].split("::")[2]
        rows = list(search.host(f"127.0.0.1:{port}"))

    assert [(row.role, row.driver) for row in rows] == [("supply", "keysight_e36300")]
    file = tmp_path / "pasted.yaml"
    file.write_text("\n".join(["rig: pasted", "nominal: 5 V", *rig_lines(rows)]))
    device = load_rig(file).devices["supply"]
    assert device.address == f"TCPIP0::127.0.0.1::{port}::SOCKET"
    assert device.serial
    assert device.limits is not None
    assert "CHECK THE LIMITS" in file.read_text()


def test_vxi11_and_hislip_are_tried(search: Search, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both transports are asked by their resource strings; an unknown device is a comment."""
    with vxi11_server() as (core, _), hislip_server() as (hislip, _):
        rows = (
            (core, f"TCPIP0::{{host}},{core}::inst0::INSTR", discover.IDN),
            (hislip, f"TCPIP0::{{host}}::hislip0,{hislip}::INSTR", discover.IDN),
        )
        for row in rows:
            monkeypatch.setattr(discover, "PROBES", (row,))
            (found,) = search.host("127.0.0.1")
            assert found.says == "MAKER,MODEL,1,2"
            (line,) = rig_lines([found])  # four fields: an instrument, but which
            assert line.startswith("# if it is a supply: supply:     {driver: scpi")


@pytest.mark.parametrize("head", [b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n", b""])
def test_an_attenuator_that_answers_by_http_is_named(
    search: Search, monkeypatch: pytest.MonkeyPatch, head: bytes
) -> None:
    """With and without a header, as its firmware has it; the note says what the driver needs."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        number = listening.getsockname()[1]

        def run() -> None:
            with suppress(OSError):
                while True:
                    client, _ = listening.accept()
                    with client:
                        if client.recv(100).startswith(b"GET /:MN?"):
                            client.sendall(head + b"MN=RCDAT-6000-60")

        threading.Thread(target=run, daemon=True).start()
        probe = (number, f"{{host}}:{number}", discover.PROBES[-1][2])
        monkeypatch.setattr(discover, "PROBES", (probe,))
        (row,) = search.host("127.0.0.1")
        listening.shutdown(socket.SHUT_RDWR)
    assert row.says == "MN=RCDAT-6000-60"
    assert "Telnet" in row.note
    assert rig_lines([row])[0].startswith("# ")


def test_a_host_where_nothing_is_says_so(search: Search, monkeypatch: pytest.MonkeyPatch) -> None:
    """No open port, and a port that takes a connection and never answers."""
    monkeypatch.setattr(discover, "WITHIN", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        number = listening.getsockname()[1]
        (silent,) = search.host(f"127.0.0.1:{number}")
    assert "answers nothing" in silent.note
    (dead,) = search.host(f"127.0.0.1:{number}")
    assert "no port of an instrument" in dead.note


def test_an_instrument_that_is_locked_is_not_opened(search: Search, tmp_path: Path) -> None:
    """Neither its own address nor another port of its host, and never a broadcast."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        number = listening.getsockname()[1]
        listening.settimeout(0.0)
        with RigLock("lab", [f"TCPIP0::127.0.0.1::{number}::SOCKET"], tmp_path):
            (row,) = search.host(f"127.0.0.1:{number}")
            assert f"process {os.getpid()} drives rig 'lab'" in row.note
            (other,) = search.host("127.0.0.1")
            assert "not touched" in other.note
            with pytest.raises(RigLocked, match="a broadcast would reach"):
                list(search.lan())
        with pytest.raises(BlockingIOError):  # nobody even knocked
            listening.accept()


def test_a_note_of_a_dead_run_holds_nothing(tmp_path: Path) -> None:
    """What a killed run left behind, and a note that is being written, do not count."""
    (tmp_path / "a.json").write_text(
        '{"pid": 1, "rig": "x", "since": "", "started": "then", "address": "10.0.0.5:5025"}'
    )
    (tmp_path / "b.json").write_text('{"pid": ')
    assert held(tmp_path) == {}


def test_a_serial_line_is_not_written_to_unless_told(
    search: Search, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without --ask not a byte; with it, the answer finds the driver; a locked line is left."""
    monkeypatch.setattr(listing, "usb_instruments", lambda: ([], ""))
    answers = {b"ID?\n": b"PULSE-SWITCH 1.0 SN7 steps=32 min=10us short=1\r\n"}
    with pty_device(answers) as (path, heard):
        monkeypatch.setattr(listing, "serial_lines", lambda: [Plugged(path, path, "FTDI UART")])
        (quiet,) = search.plugged()
        assert heard == []
        assert (quiet.driver, quiet.says) == ("", "FTDI UART")
        (asked,) = search.plugged(ask=True)
        assert (asked.role, asked.driver) == ("switch", "pulse_switch")
        before = len(heard)
        with RigLock("lab", [path], search._locks):
            (row,) = search.plugged(ask=True)
        assert "not touched" in row.note
        assert len(heard) == before


def test_a_modem_is_known_by_its_answer_in_several_lines(
    search: Search, monkeypatch: pytest.MonkeyPatch
) -> None:
    """ATI is answered by lines and an echo; put together they name a Quectel."""
    monkeypatch.setattr(listing, "usb_instruments", lambda: ([], ""))
    answer = b"ATI\r\r\nQuectel\r\nEC25\r\nRevision: EC25EFAR06A03M4G\r\n\r\nOK\r\n"
    with pty_device({b"ATI\r": answer}) as (path, _):
        monkeypatch.setattr(listing, "serial_lines", lambda: [Plugged(path, path, "")])
        (row,) = search.plugged(ask=True)
    assert (row.role, row.driver) == ("modem", "quectel")


def test_a_descriptor_may_name_the_driver_by_itself(
    search: Search, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A USB modem says who it is without being asked."""
    monkeypatch.setattr(listing, "usb_instruments", lambda: (["USB0::1::2::S::INSTR"], "no udev"))
    line = Plugged("/dev/serial/by-id/usb-Quectel_EG25-G", "/dev/ttyUSB2", "Quectel EG25-G")
    monkeypatch.setattr(listing, "serial_lines", lambda: [line])
    modem, usb, note = search.plugged()
    assert rig_line(modem).startswith("modem:")
    assert "cannot be asked" in usb.note
    assert note.note == "no udev"


def test_the_lasting_name_of_a_line_is_preferred(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``/dev/serial/by-id`` where there is such a link, the node elsewhere."""

    class Port:
        device, manufacturer, product, description = "/dev/ttyX0", "FTDI", "Quad", "n/a"

        def __lt__(self, other: object) -> bool:
            return False

    (tmp_path / "usb-FTDI_Quad").symlink_to("/dev/ttyX0")
    monkeypatch.setattr("serial.tools.list_ports.comports", lambda: [Port()])
    (line,) = listing.serial_lines(tmp_path)
    assert line == Plugged(str(tmp_path / "usb-FTDI_Quad"), "/dev/ttyX0", "FTDI Quad")


def test_one_line_per_role_the_rest_are_comments() -> None:
    """The same device another way, and a second supply, do not make the YAML contradict itself."""
    first = Found("TCPIP0::a::5025::SOCKET", KEYSIGHT, "supply", "keysight_e36300")
    again = Found("TCPIP0::a::inst0::INSTR", KEYSIGHT, "supply", "keysight_e36300")
    other = Found("TCPIP0::b::5025::SOCKET", "KEYSIGHT,E36312A,0,1", "supply", "keysight_e36300")
    lines = rig_lines([first, again, other, Found("x", note="why")])
    assert lines[0].startswith("supply:")
    assert 'serial: "MY12345678"' in lines[0]
    assert lines[1].startswith("# the same, another way: supply:")
    assert lines[2].startswith("# another supply:")
    assert "serial" not in lines[2]
    assert lines[3] == "# x: why"


def test_every_drivers_own_identity_leads_back_to_it() -> None:
    """Patterns are regular expressions of loadable drivers, the generic one asked last."""
    words = [word for word, _ in identities()]
    assert "keysight_e36300" in words
    assert "scpi" not in words[:-1]
    assert guess(KEYSIGHT) == ("supply", "keysight_e36300")
    assert guess("") is None
    assert guess("MAKER,MODEL,1,2") == ("supply", "scpi")
    assert guess("HP 3458A") is None


@pytest.mark.parametrize(
    ("address", "host"),
    [("TCPIP0::10.0.0.5::5025::SOCKET", "10.0.0.5"), ("TCPIP::PSU,1024::inst0::INSTR", "psu"),
     ("10.0.0.5:23", "10.0.0.5"), ("/dev/ttyUSB0", ""), ("ASRL/dev/ttyS0::INSTR", "")],
)  # fmt: skip
def test_the_host_of_an_address(address: str, host: str) -> None:
    """Two addresses of one host are one instrument, as far as touching goes."""
    assert host_of(address) == host


def test_a_modem_of_no_known_maker_is_one_all_the_same(
    search: Search, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever says OK to ATI speaks AT: the driver of the standard, with a word of warning."""
    monkeypatch.setattr(listing, "usb_instruments", lambda: ([], ""))
    answer = b"ATI\r\r\nManufacturer: Nobody\r\nModel: X1\r\n\r\nOK\r\n"
    with pty_device({b"ATI\r": answer}) as (path, _):
        monkeypatch.setattr(listing, "serial_lines", lambda: [Plugged(path, path, "")])
        (row,) = search.plugged(ask=True)
    assert (row.role, row.driver) == ("modem", "at")
    assert "standard" in row.note


@pytest.mark.parametrize(
    ("says", "driver"),
    [
        ("Quectel EC25 EC25EFAR06A06M4G 867698040000010", "quectel"),
        ("Quectel EG25-G", "quectel"),
        ("SIMCOM INCORPORATED SIMCOM_SIM7600E-H", "simcom"),
        ("Manufacturer: INCORPORATED Model: A7670E-LASE Revision: A7670M7_V1.11.1", "simcom"),
        ("u-blox SARA-R510S 02.06", "ublox"),
        ("Telit LE910C1-EU 25.21.660", "telit"),
        ("Sierra Wireless, Incorporated EM7565", "sierra"),
        ("Fibocom Wireless Inc. FM350-GL 81600.0000.00.29.20.22", "fibocom"),
        ("Fibocom L716-CN", "fibocom"),
        ("u-blox AG - www.u-blox.com u-blox GNSS receiver", None),
        ("FTDI FT232R USB UART", None),
    ],
)
def test_a_modem_is_its_makers(says: str, driver: str | None) -> None:
    """By its own words or its USB descriptor; a receiver of satellites is no modem."""
    found = guess(says)

    assert (found and found[1]) == driver
    assert found is None or found[0] == "modem"
