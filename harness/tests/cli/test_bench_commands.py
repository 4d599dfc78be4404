"""``harness discover`` and ``harness doctor`` as a user meets them: words, JSON and exit status."""

import io
import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from harness.cli import conform as command
from harness.cli import main
from harness.ports import listing
from harness.rig import state
from harness.rig.lock import RigLock
from harness.sim.served import ServedBench
from harness.survey.held import held
from harness.testing.conformance import CHECKS, Bench, Unmet, conform

pytestmark = pytest.mark.usefixtures("alone")

RIG = """\
rig: lab
nominal: 5 V
supply:
  {{driver: keysight_e36300, address: "{}", channel: 2, limits: {{voltage: 6 V, current: 2 A}}}}
"""


@pytest.fixture(autouse=True)
def _nothing_plugged(own_lab: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """This machine's hardware is none of the test's business either."""
    monkeypatch.setattr(listing, "serial_lines", list)
    monkeypatch.setattr(listing, "usb_instruments", lambda: ([], ""))


@pytest.fixture(scope="module")
def supply() -> Iterator[str]:
    """Address of a simulated E36313A in another process."""
    with ServedBench({"terminal": None, "channel": 2}, ["sim+visa://supply"], seed=1) as bench:
        yield bench.addresses["sim+visa://supply"]


@pytest.fixture
def rig(supply: str, tmp_path: Path) -> str:
    """A rig file for it."""
    return _rig(tmp_path, supply)


def _rig(folder: Path, address: str) -> str:
    path = folder / "lab.yaml"
    path.write_text(RIG.format(address))
    return str(path)


def test_a_healthy_rig_ends_with_0_and_a_line_per_finding(
    rig: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Level, role, check and what was seen; a warning brings its way out below it."""
    assert main(["doctor", "--rig", rig]) == 0
    said = capsys.readouterr().out
    assert "ok    supply     protection  armed and read back with the output off" in said
    assert "warn  supply     serial" in said
    assert "-> add serial:" in said


def test_an_ill_rig_ends_with_3_and_json_is_json(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A dead address is bad, for people and programs alike."""
    rig = _rig(tmp_path, "TCPIP0::127.0.0.1::1::SOCKET")
    assert main(["doctor", "--rig", rig, "--json"]) == 3
    plain = json.loads(capsys.readouterr().out)
    assert plain["worst"] == "bad"
    bad = [row for row in plain["findings"] if row["level"] == "bad"]
    assert [(row["about"], row["check"]) for row in bad] == [("supply", "address")]
    assert bad[0]["mend"]


def test_a_bad_file_ends_with_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A rig file with an unknown key, --by-hand alone: usage, nothing was looked at."""
    path = tmp_path / "bad.yaml"
    path.write_text("rig: x\nsuply: {}\n")
    assert main(["doctor", "--rig", str(path)]) == 2
    assert "did you mean 'supply'" in capsys.readouterr().err
    assert main(["doctor", "--rig", _rig(tmp_path, "10.0.0.5:5"), "--by-hand"]) == 2


def test_a_virtual_rig_has_nothing_to_examine(capsys: pytest.CaptureFixture[str]) -> None:
    """All in this process and in virtual time."""
    virtual = Path(__file__).parents[3] / "rigs" / "virtual.yaml"
    assert main(["doctor", "--rig", str(virtual)]) == 0
    assert "nothing to do" in capsys.readouterr().out


def test_the_loopback_rig_is_served_and_examined(capsys: pytest.CaptureFixture[str]) -> None:
    """Every role of a rig, by its real drivers, over ptys and TCP."""
    loopback = Path(__file__).parents[3] / "rigs" / "loopback.yaml"
    assert main(["doctor", "--rig", str(loopback)]) == 0
    said = capsys.readouterr().out
    for role in ("supply", "attenuator", "network", "modem", "reader", "host", "updates"):
        assert f"ok    {role:<10} identity" in said
    assert "bad " not in said


def test_a_quarantine_is_cleared_by_the_command(
    rig: str, supply: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Told, ended after a measurement, and over."""
    state.quarantine(supply, "stayed on", rig="lab")
    assert main(["doctor", "--rig", rig]) == 3
    assert f"-> harness doctor --clear --rig {rig}" in capsys.readouterr().out
    assert main(["doctor", "--rig", rig, "--clear"]) == 0
    assert "measured" in capsys.readouterr().out
    assert state.quarantined(supply) is None


def test_discover_prints_lines_to_paste(supply: str, capsys: pytest.CaptureFixture[str]) -> None:
    """YAML for people, JSON for programs; nothing found is no error."""
    port = supply.split("::")[2]
    assert main(["discover", "--host", f"127.0.0.1:{port}"]) == 0
    assert capsys.readouterr().out.startswith("supply:     {driver: keysight_e36300, address:")
    assert main(["discover", "--host", f"127.0.0.1:{port}", "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["role"], row["driver"]) == ("supply", "keysight_e36300")
    assert main(["discover"]) == 0
    assert "nothing that a driver knows" in capsys.readouterr().err


def test_discover_does_not_broadcast_during_a_run(capsys: pytest.CaptureFixture[str]) -> None:
    """Exit 3, and who holds the bench."""
    with RigLock("lab", ["10.0.0.5:5025"]):
        assert main(["discover", "--lan"]) == 3
    assert "drives rig 'lab'" in capsys.readouterr().err


# --- conform --------------------------------------------------------------------------------


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three checks of the kit; all of them run in harness/tests/conformance."""
    monkeypatch.setattr(command, "checks", partial(conform, checks=CHECKS[:3]))


@pytest.mark.usefixtures("few")
def test_a_real_supply_is_tried_under_guard_and_left_off(
    rig: str, supply: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Locked, journalled, guarded; off afterwards, and no journal stays."""
    assert main(["conform", "--rig", rig, "--yes", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [row["outcome"] for row in rows] == ["ok"] * 3
    assert state.begun(supply) is None
    assert held() == {}
    assert main(["doctor", "--rig", rig]) == 0  # its output is off


@pytest.mark.usefixtures("few")
def test_a_virtual_supply_is_tried_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    """No question, no waiting."""
    assert main(["conform"]) == 0
    assert capsys.readouterr().out.startswith("ok       says who it is")


def test_nothing_is_switched_on_without_consent(
    rig: str, supply: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without --yes somebody must say that the terminal is disconnected."""
    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
    assert main(["conform", "--rig", rig]) == 2
    said = capsys.readouterr().err
    assert "up to 6 V" in said
    assert "nothing was done" in said


def test_a_supply_in_use_or_in_quarantine_is_not_tried(
    rig: str, supply: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """As for any run: exit 3, and why."""
    with RigLock("other", [supply]):
        assert main(["conform", "--rig", rig, "--yes"]) == 3
    assert "drives rig 'other'" in capsys.readouterr().err
    state.quarantine(supply, "stayed on")
    assert main(["conform", "--rig", rig, "--yes"]) == 3
    assert "in quarantine" in capsys.readouterr().err


def test_a_failed_check_ends_with_3_and_the_supply_off(
    rig: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is told, the supply is made safe, nothing else is tried on."""

    def fails(bench: Bench) -> None:
        bench.energise()
        raise Unmet("seen this, wanted that")

    monkeypatch.setattr(command, "checks", partial(conform, checks=[fails]))
    assert main(["conform", "--rig", rig, "--yes"]) == 3
    assert "failed   fails" in capsys.readouterr().out
    assert main(["doctor", "--rig", rig]) == 0


def test_another_supply_than_the_file_says_is_not_tried(
    supply: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The wrong serial number: nothing is energised."""
    path = Path(_rig(tmp_path, supply))
    path.write_text(path.read_text().replace("channel: 2", 'channel: 2, serial: "MY42"'))
    assert main(["conform", "--rig", str(path), "--yes"]) == 3
    assert "Nothing was energised" in capsys.readouterr().err
