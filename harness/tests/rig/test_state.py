"""What survives a run: the journal of what was energised, and the quarantine."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from harness.errors import BenchError, RigQuarantined
from harness.rig import state
from harness.rig.alive import started_at

SUPPLY = state.Energised(
    "supply", "keysight_e36300", "TCPIP0::10.0.0.5::5025::SOCKET", {"channel": 2}, None,
    {"voltage": 6.0, "current": 2.0}, "lab",
)  # fmt: skip


def test_a_journal_line_is_whole_and_private(tmp_path: Path) -> None:
    """What was written is read back with who wrote it, by another spelling of the address, too."""
    written = state.begin(SUPPLY, tmp_path)

    seen = state.begun("10.0.0.5:5025", tmp_path)

    assert seen == written
    assert (seen.pid, seen.rig, seen.options) == (os.getpid(), "lab", {"channel": 2})
    assert seen.alive
    assert state.unfinished(tmp_path) == []
    assert [path.stat().st_mode & 0o777 for path in tmp_path.iterdir()] == [0o600]


def test_a_verified_off_ends_the_journal(tmp_path: Path) -> None:
    """Nothing is left; ending twice does nothing."""
    state.begin(SUPPLY, tmp_path)

    state.end(SUPPLY.address, tmp_path)
    state.end(SUPPLY.address, tmp_path)

    assert state.begun(SUPPLY.address, tmp_path) is None
    assert list(tmp_path.iterdir()) == []


def test_the_journal_of_a_dead_process_is_unfinished(tmp_path: Path) -> None:
    """A process that is over, and one that has taken over its number, are both not alive."""
    done = subprocess.Popen([sys.executable, "-c", ""])
    started = started_at(done.pid)
    done.wait()
    once = state.Energised("supply", "d", "a:1", pid=done.pid, started=started)
    state.begin(once, tmp_path)
    other = state.Energised("supply", "d", "a:2", pid=os.getpid(), started="another boot:1")
    state.begin(other, tmp_path)
    state.begin(state.Energised(address="a:3", role="supply", driver="d"), tmp_path)

    assert {one.address for one in state.unfinished(tmp_path)} == {"a:1", "a:2"}


def test_a_quarantine_says_who_when_why_and_what_to_do(tmp_path: Path) -> None:
    """The refusal has all of it; a cleared instrument is free."""
    state.check_free("a:1", tmp_path)
    state.begin(state.Energised("supply", "d", "a:1", started="x", pid=1), tmp_path)
    state.quarantine("a:1", "still 4.9 V\nat its output", rig="lab", folder=tmp_path)

    with pytest.raises(RigQuarantined, match=r"a:1 .*since 20.*still 4.9 V at .*'lab'.*--clear"):
        state.check_free("A:1", tmp_path)
    was = state.clear("a:1", tmp_path)

    assert was is not None
    assert was.why == "still 4.9 V at its output"
    assert state.quarantined("a:1", tmp_path) is None
    assert state.begun("a:1", tmp_path) is None


def test_what_a_live_run_drives_cannot_be_cleared(tmp_path: Path) -> None:
    """A person is told which process to end first, and the quarantine stays."""
    state.begin(SUPPLY, tmp_path)
    state.quarantine(SUPPLY.address, "odd", folder=tmp_path)

    with pytest.raises(BenchError, match=f"process {os.getpid()} drives"):
        state.clear(SUPPLY.address, tmp_path)

    assert state.quarantined(SUPPLY.address, tmp_path) is not None


def test_a_damaged_file_frees_nothing(tmp_path: Path) -> None:
    """A torn journal is an error, a torn quarantine is still one; clearing removes both."""
    state.begin(SUPPLY, tmp_path)
    state.quarantine(SUPPLY.address, "odd", folder=tmp_path)
    for path in tmp_path.iterdir():
        path.write_text("{")

    with pytest.raises(BenchError, match="cannot be read"):
        state.begun(SUPPLY.address, tmp_path)
    with pytest.raises(RigQuarantined, match="cannot be read"):
        state.check_free(SUPPLY.address, tmp_path)
    state.clear(SUPPLY.address, tmp_path)

    assert list(tmp_path.iterdir()) == []


def test_a_quarantine_follows_a_tty_that_is_plugged_in_again(tmp_path: Path) -> None:
    """The same name by another node is still the same instrument."""
    link, folder = tmp_path / "by-id-supply", tmp_path / "state"
    folder.mkdir()
    for node in ("ttyUSB0", "ttyUSB1"):
        (tmp_path / node).touch()
    link.symlink_to(tmp_path / "ttyUSB0")
    state.quarantine(str(link), "odd", folder=folder)

    link.unlink()
    link.symlink_to(tmp_path / "ttyUSB1")

    assert state.quarantined(str(link), folder) is not None
    assert state.quarantined(str(tmp_path / "ttyUSB1"), folder) is None
    state.clear(str(link), folder)
    assert state.quarantined(str(link), folder) is None


def test_the_folder_survives_a_reboot_and_is_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is the user's state folder, private; one of somebody else's is refused."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    assert state.state_folder() == tmp_path / "state" / "terminal-harness"
    assert state.state_folder().stat().st_mode & 0o777 == 0o700

    monkeypatch.setenv("XDG_STATE_HOME", "relative")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert state.state_folder() == tmp_path / "home/.local/state/terminal-harness"

    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "third").mkdir()
    (tmp_path / "third" / "terminal-harness").symlink_to(tmp_path / "elsewhere")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "third"))
    with pytest.raises(BenchError, match="somebody else"):
        state.state_folder()
