"""Commands of the harness at instruments that leak: nothing they print or keep holds a number."""

import itertools
import json
import socket
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from harness import runner
from harness.cli import conform, main
from harness.files import carried
from harness.survey import discover, findings, host
from harness.tests.safety.leaking_search import Search
from harness.tests.safety.leaking_table import ALL, READS, Cell, cells
from harness.tests.safety.leaking_ways import leaky_bench
from harness.tests.safety.spellings import PANS, held
from harness.tests.safety.tapped import Tapped

RIG = """\
rig: leaky
clock: real
nominal: 5 V
supply: {{driver: scpi, address: "{address}", limits: {{voltage: 6 V, current: 2 A}}}}
"""
STORY = carried("scenarios", "power", "low_supply.yaml")
#: The lines of the table that a socket says whole.
SAID = [one for one in cells("supply") if one.encoding != READS]
#: Nothing is left of these that could tell them apart: signs that cannot be shown are blanks.
HARD = ("BCD",)


class Leaky:
    """Answers each line with the next cell; remembers which it has said."""

    def __init__(self, listening: socket.socket) -> None:
        self.address = f"127.0.0.1:{listening.getsockname()[1]}"
        self.said: list[Cell] = []
        self._cells, self._listening = itertools.cycle(SAID), listening

    def run(self) -> None:
        """Until the socket is closed."""
        while True:
            try:
                client, _ = self._listening.accept()
            except OSError:
                return
            threading.Thread(target=self._talk, args=(client,), daemon=True).start()

    def _talk(self, client: socket.socket) -> None:
        with client:
            while client.recv(4096):
                cell = next(self._cells)
                self.said.append(cell)
                client.sendall(b"ACME,%s,0,1\r\n" % b"".join(cell.pieces).strip(b"\r\n"))


@pytest.fixture
def leaky() -> Iterator[Leaky]:
    """An instrument on the network."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        made = Leaky(listening)
        threading.Thread(target=made.run, daemon=True).start()
        yield made
        listening.shutdown(socket.SHUT_RDWR)


@pytest.fixture(autouse=True)
def _folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All that a command may write is in one folder; this machine is not looked at."""
    for name in ("RUNTIME_DIR", "STATE_HOME"):
        (tmp_path / name).mkdir()
        monkeypatch.setenv(f"XDG_{name}", str(tmp_path / name))
    monkeypatch.setattr(host, "examine", lambda *_, **__: iter(()))


def _leaks(folder: Path, said: str) -> list[str]:
    packed = [one.pan for one in ALL if one.encoding == "7 bit"]
    search = Search([one.pan for one in ALL], [one.rest for one in ALL if one.rest], packed)
    found = search.in_files(folder) | search.in_octets("screen", said.encode())
    return sorted(f"{one.number} in {one.where}" for one in found)


def _supply(leaky: Leaky, folder: Path) -> str:
    """A rig file with the leaking instrument as its supply."""
    place, _, port = leaky.address.partition(":")
    rig = folder / "rig.yaml"
    rig.write_text(RIG.format(address=f"TCPIP0::{place}::{port}::SOCKET"), encoding="utf-8")
    return str(rig)


def test_discover_shows_none(
    leaky: Leaky, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Who an instrument says it is, as lines for a rig file and as JSON."""
    asked = [word for _ in SAID for word in ("--host", leaky.address)]

    main(["discover", *asked])
    main(["discover", "--json", *asked])

    said = "".join(capsys.readouterr())
    assert _leaks(tmp_path, said) == []
    assert set(leaky.said) == set(SAID)
    for cell in leaky.said:
        assert cell.shown in said or cell.encoding in HARD, cell


@pytest.mark.parametrize("form", [(), ("--json",)], ids=["as text", "as JSON"])
@pytest.mark.parametrize("command", ["doctor", "conform"])
def test_who_asks_a_supply_shows_none(
    leaky: Leaky, tmp_path: Path, capsys: pytest.CaptureFixture[str],
    command: str, form: tuple[str, ...],
) -> None:  # fmt: skip
    """Its identity, its serial number, errors that quote what it answered; locks and states."""
    rig, printed = _supply(leaky, tmp_path), list[str]()

    def ask(*words: str) -> None:
        main([*words, "--rig", rig, *form])
        shown = capsys.readouterr()
        printed.extend(shown)
        assert not form or not shown.out or json.loads(shown.out)

    if command == "conform":
        ask("conform", "--yes")
    while command == "doctor" and len(leaky.said) < len(SAID):
        ask("doctor")

    said = "".join(printed)
    assert _leaks(tmp_path, said) == []
    assert "***" in said


@pytest.mark.parametrize("form", [(), ("--json",)], ids=["as text", "as JSON"])
def test_what_conform_finds_shows_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch,
    form: tuple[str, ...],
) -> None:  # fmt: skip
    """A supply whose errors carry numbers: they are what a finding quotes."""

    def told(chunk: bytes) -> list[tuple[float, bytes]]:
        return [(0.0, chunk.replace(b"No error", b"Undefined header;" + PANS[1].encode())
                 .replace(b"+0,", b"-113,"))]  # fmt: skip

    monkeypatch.setattr(
        conform, "SimulatedBench", partial(Tapped, bends={"supply": told}, since=3.0)
    )

    main(["conform", *form])

    shown = capsys.readouterr()
    said = "".join(shown)
    assert held(said.encode()) == []
    assert _leaks(tmp_path, said) == []
    assert "***" in said
    if form:
        assert any("***" in row["why"] for row in json.loads(shown.out))


def test_a_torn_ingress_is_found(
    leaky: Leaky, tmp_path: Path, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """What is not masked where it is heard is printed."""
    monkeypatch.setattr(discover, "mask", str)
    monkeypatch.setattr(findings, "mask", str)

    main(["discover", *(word for _ in SAID for word in ("--host", leaky.address))])
    first = "".join(capsys.readouterr())
    main(["doctor", "--rig", _supply(leaky, tmp_path)])

    assert _leaks(tmp_path, first) != []
    assert _leaks(tmp_path, "".join(capsys.readouterr())) != []


def test_a_run_and_its_judgement_show_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """On the screen, as text and as JSON, and in what they keep."""
    monkeypatch.setattr(runner, "Bench", leaky_bench("zvt"))

    main(["run", str(STORY), "--out", str(tmp_path / "out")])
    main(["judge", str(tmp_path / "out")])
    main(["judge", "--json", str(tmp_path / "out")])

    said = "".join(capsys.readouterr())
    assert _leaks(tmp_path, said) == []
    assert "no_clear_card_number" in said
