"""An address where nobody is, of every kind: what a run and the doctor say, and how they end."""

import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.cli import main
from harness.rig import state

pytestmark = pytest.mark.usefixtures("own_lab")

HEAD = "rig: lab\nclock: real\nnominal: 5 V\n"
STORY = """\
id: T-1
story: Nothing is done.
given: {terminal: off}
when: [{hold: 1 ms}]
then: {reports: {cause: host_silent, on: [ecr], within: 60 s}}
"""
LISTENS = "nobody listens at this port"
PLUGGED = "ls -l /dev/serial/by-id"
SPELT = "getent hosts"
ADB = "adb start-server"
SUPPLY = "supply: {driver: %s, address: '%s', limits: {voltage: 6 V, current: 2 A}}"
GONE = "/dev/ttyUSB99"
NOWHERE = "127.0.0.1:9"
UNKNOWN = "no-such-host.invalid"
REFUSED, NO_TTY, NO_NAME = "[Errno 111]", "No such file", "[Errno -"
#: What was seen, the next move -> the lines of a rig file.
ABSENT: dict[tuple[str, str], tuple[str, ...]] = {
    (REFUSED, LISTENS): (
        f"attenuator: {{driver: rcdat, address: '{NOWHERE}'}}",
        f"host: {{driver: acquirer, address: '{NOWHERE}'}}",
        f"updates: {{driver: update_store, address: '{NOWHERE}'}}",
        f"switch: {{driver: modbus_relay, address: '{NOWHERE}'}}",
        f"switch: {{driver: pdu_http, kind: shelly, outlet: 1, address: 'http://{NOWHERE}'}}",
        f"switch: {{driver: pdu_snmp, mib: apc, outlet: 1, address: 'udp://{NOWHERE}'}}",
        f"terminal: {{driver: zvt, address: '{NOWHERE}'}}",
        f"terminal: {{driver: nexo, address: '{NOWHERE}'}}",
        f"terminal: {{driver: nexo, transport: http, address: 'https://{NOWHERE}'}}",
        f"modem: {{driver: quectel, address: 'rfc2217://{NOWHERE}'}}",
        f"modem: {{driver: quectel, address: 'socket://{NOWHERE}'}}",
        SUPPLY % ("rs_ngx", "TCPIP0::127.0.0.1::9::SOCKET"),
        SUPPLY % ("rs_ngx", "TCPIP0::127.0.0.1::INSTR"),
        SUPPLY % ("rs_ngx", "TCPIP0::127.0.0.1::hislip0::INSTR"),
    ),
    (NO_NAME, SPELT): (
        f"attenuator: {{driver: rcdat, address: '{UNKNOWN}:23'}}",
        f"attenuator: {{driver: rcdat_http, address: 'http://{UNKNOWN}'}}",
    ),
    (NO_TTY, PLUGGED): (
        f"terminal: {{driver: zvt, framing: serial, address: {GONE}}}",
        f"terminal: {{driver: concert, address: {GONE}}}",
        f"terminal: {{driver: frames, profile: codepay, address: {GONE}}}",
        f"console: {{driver: console, address: {GONE}}}",
        f"loader: {{driver: serial_loader, address: {GONE}}}",
        f"reader: {{driver: card_robot, address: {GONE}}}",
        f"modem: {{driver: quectel, address: {GONE}}}",
        SUPPLY % ("scpi", f"ASRL{GONE}::INSTR"),
    ),
    (REFUSED, ADB): (
        f"terminal: {{driver: lakala_intent, address: '{NOWHERE}'}}",
        f"console: {{driver: android, address: '{NOWHERE}'}}",
    ),
    ("Inappropriate ioctl", "no serial line"): ("modem: {driver: quectel, address: /dev/null}",),
    ("Is a directory", "no serial line"): ("modem: {driver: quectel, address: /dev}",),
}
ROWS = [(line, *said) for said, lines in ABSENT.items() for line in lines]


def _write(folder: Path, line: str) -> list[str]:
    """A rig with this device and no other, and a story; their arguments."""
    rig, story = folder / "lab.yaml", folder / "story.yaml"
    rig.write_text(f"{HEAD}{line}\n", encoding="utf-8")
    story.write_text(STORY, encoding="utf-8")
    return [str(story), "--rig", str(rig)]


def _shown(capsys: pytest.CaptureFixture[str]) -> str:
    said = capsys.readouterr()
    assert "Traceback" not in said.out + said.err
    return said.out + said.err


@pytest.mark.parametrize(("line", "seen", "move"), ROWS, ids=[row[0][:70] for row in ROWS])
def test_nobody_is_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], line: str, seen: str, move: str
) -> None:
    """An ERROR that names role, address, what was seen and what to do; nothing is owed after it."""
    role = line.partition(":")[0]
    arguments = _write(tmp_path, line)
    out = tmp_path / "out"

    status = main(["run", *arguments, "--out", str(out)])

    assert status == 3
    _shown(capsys)
    [run] = json.loads((out / "verdicts.json").read_text("utf-8"))["runs"]
    [told] = [
        json.loads(row)["message"]
        for row in next(out.glob("*/trace.jsonl")).read_text("utf-8").splitlines()
        if '"bench_error"' in row
    ]
    assert run["verdict"] == "ERROR"
    assert told.startswith(f"{role}: nothing ")
    for word in (seen, move, "Nothing was energised"):
        assert word in told
    assert not list(Path(tmp_path, "state").rglob("*.quarantine"))

    assert main(["doctor", *arguments[1:]]) == 3
    assert move in " ".join(_shown(capsys).split())
    assert main(["check", *arguments]) == 0  # it looks at files alone


def test_a_switch_that_was_never_reached_is_in_no_quarantine(tmp_path: Path) -> None:
    """Datagrams go to any address: the switch is asked how it stands before it is relied upon."""
    line = f"switch: {{driver: pdu_snmp, mib: apc, outlet: 1, address: 'udp://{NOWHERE}'}}"

    assert main(["run", *_write(tmp_path, line), "--out", str(tmp_path / "out")]) == 3

    assert state.quarantined(f"udp://{NOWHERE}") is None


@pytest.fixture
def adb_server() -> Iterator[tuple[str, list[bytes]]]:
    """An adb server with other terminals than the one asked for: (address, its refusal)."""
    says: list[bytes] = []

    def serve() -> None:
        while True:
            try:
                line, _ = listening.accept()
            except OSError:
                return
            with line:
                line.recv(4096)
                line.sendall(b"FAIL%04x%s" % (len(says[0]), says[0]))

    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=serve, daemon=True).start()
        yield f"127.0.0.1:{listening.getsockname()[1]}", says
        listening.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize(
    ("refusal", "move"),
    [
        (b"device 'SM9' not found", "`adb devices` lists"),
        (b"more than one device/emulator", "`adb devices` lists"),
        (b"device unauthorized.", "confirm this computer's key"),
    ],
)
def test_a_terminal_that_adbs_server_does_not_have(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], adb_server: tuple[str, list[bytes]],
    refusal: bytes, move: str,
) -> None:  # fmt: skip
    """Not the server is looked for, but the terminal: its name, its cable, its key."""
    address, says = adb_server
    says.append(refusal)
    line = f"console: {{driver: android, device: SM9, address: '{address}'}}"

    status = main(["run", *_write(tmp_path, line), "--out", str(tmp_path / "out")])

    assert status == 3
    trace = next(Path(tmp_path, "out").glob("*/trace.jsonl")).read_text("utf-8")
    assert refusal.decode() in trace
    assert move in trace
    _shown(capsys)


def test_pytest_tells_the_same(tmp_path: Path) -> None:
    """The other face: an error with place and next move, exit status 3, no traceback."""
    story, *rig = _write(tmp_path, ROWS[0][0])

    ended = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", story, *rig],
        cwd=tmp_path, env={**os.environ, "NO_COLOR": "1"}, capture_output=True, text=True,
        timeout=120, check=False,
    )  # fmt: skip

    assert ended.returncode == 3, ended.stdout + ended.stderr
    assert "Traceback" not in ended.stdout + ended.stderr
    assert "attenuator: nothing answers at 127.0.0.1:9" in ended.stdout
    assert LISTENS in ended.stdout
