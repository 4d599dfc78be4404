"""Locks: all or none, told by name, freed by the kernel."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from harness.errors import BenchError, RigLocked
from harness.rig.lock import RigLock, WireLock, canonical, runtime_folder
from harness.tests.patience import LIMIT


def test_a_second_holder_is_told_who_and_since_when(tmp_path: Path) -> None:
    """The refusal names the process, its rig, the time and the next move."""
    with (
        RigLock("first", ["10.0.0.5:5025"], tmp_path),
        pytest.raises(
            RigLocked, match=rf"5025 .*process {os.getpid()} .*'first' since 2.* \(0 min \d s\)"
        ),
        RigLock("second", ["10.0.0.5:5025"], tmp_path),
    ):
        pass


def test_a_lock_is_free_again_after_its_block(tmp_path: Path) -> None:
    """Leaving lets go; releasing twice does nothing."""
    lock = RigLock("first", ["a:1"], tmp_path)
    with lock:
        pass
    lock.release()
    with RigLock("second", ["a:1"], tmp_path):
        pass


def test_all_or_none(tmp_path: Path) -> None:
    """Who cannot have one instrument holds none of the others."""
    with RigLock("first", ["b:1"], tmp_path):
        with pytest.raises(RigLocked), RigLock("second", ["a:1", "b:1", "c:1"], tmp_path):
            pass
        with RigLock("third", ["a:1", "c:1"], tmp_path):
            pass


def test_two_names_of_one_tty_are_one_instrument(tmp_path: Path) -> None:
    """A by-id link and the node it leads to cannot be held by two runs."""
    node, link = tmp_path / "ttyUSB0", tmp_path / "by-id-modem"
    node.touch()
    link.symlink_to(node)
    assert canonical(str(link)) == canonical(str(node))

    with (
        RigLock("first", [str(link)], tmp_path),
        pytest.raises(RigLocked),
        RigLock("second", [str(node)], tmp_path),
    ):
        pass


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("TCPIP0::10.0.0.5::5025::SOCKET", "10.0.0.5:5025"),
        ("tcpip::Lab-PSU::5025::socket", "lab-psu:5025"),
        ("ASRL/dev/null::INSTR", "/dev/null"),
    ],
)
def test_visa_and_plain_spellings_are_one_instrument(one: str, other: str) -> None:
    """A socket or a tty is the same place however it is written."""
    assert canonical(one) == canonical(other)


def test_one_rig_may_name_an_instrument_twice(tmp_path: Path) -> None:
    """Two roles of one device are no conflict with oneself."""
    with RigLock("rig", ["a:1", "A:1"], tmp_path):
        pass


def test_the_kernel_frees_the_locks_of_a_killed_run(tmp_path: Path) -> None:
    """SIGKILL leaves no stale lock, only a note that is overwritten."""
    code = (
        "import sys, pathlib\nfrom harness.rig.lock import RigLock\n"
        "lock = RigLock('dead', ['a:1'], pathlib.Path(sys.argv[1])).__enter__()\n"
        "print('held', flush=True)\nsys.stdin.read()\n"
    )
    run = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert run.stdin is not None
    assert run.stdout is not None
    assert run.stdout.readline() == b"held\n"
    with pytest.raises(RigLocked, match="'dead'"), RigLock("me", ["a:1"], tmp_path):
        pass

    run.send_signal(signal.SIGKILL)
    run.wait()

    with RigLock("me", ["a:1"], tmp_path):
        pass
    run.stdin.close()
    run.stdout.close()


def test_a_holder_that_left_no_note_is_still_respected(tmp_path: Path) -> None:
    """A torn or missing note changes the text, not the refusal."""
    with RigLock("first", ["a:1"], tmp_path):
        for note in tmp_path.glob("*.json"):
            note.write_text("{")
        with pytest.raises(RigLocked, match="another run"), RigLock("second", ["a:1"], tmp_path):
            pass


def test_nothing_to_lock_makes_no_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    """A rig without real instruments does not touch the disk."""
    monkeypatch.setattr("harness.rig.lock.runtime_folder", lambda: pytest.fail("was asked for"))
    with RigLock("virtual", []):
        pass


def test_locks_live_in_the_users_own_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The runtime folder, else a private one in the folder for temporary files."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    assert runtime_folder().parent == tmp_path
    assert runtime_folder().stat().st_mode & 0o077 == 0

    monkeypatch.delenv("XDG_RUNTIME_DIR")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert runtime_folder().name == f"terminal-harness-{os.getuid()}"


def test_a_folder_that_is_not_ours_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A link planted in the place of the folder is no place for locks."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (tmp_path / "terminal-harness").symlink_to(elsewhere)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))

    with pytest.raises(BenchError, match="somebody else"):
        runtime_folder()


def _holding(folder: Path, then: str) -> subprocess.Popen[bytes]:
    """Another process that holds ``a:1``, then does what is said."""
    code = (
        "import sys, signal, pathlib\nfrom harness.rig.lock import RigLock\n"
        "lock = RigLock('other', ['a:1'], pathlib.Path(sys.argv[1])).__enter__()\n"
        f"{then}\nprint('held', flush=True)\nsys.stdin.read()\n"
    )
    run = subprocess.Popen(
        [sys.executable, "-c", code, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert run.stdout is not None
    assert run.stdout.readline() == b"held\n"
    return run


def _end(run: subprocess.Popen[bytes]) -> int:
    run.kill()
    run.communicate()
    return run.returncode


def test_force_asks_the_holder_to_stop(tmp_path: Path) -> None:
    """The holder gets a SIGTERM; when it has let go, the lock is ours."""
    run = _holding(tmp_path, "")
    said: list[str] = []

    with RigLock("mine", ["a:1"], tmp_path, force=True, say=said.append):
        assert run.wait(LIMIT) == -signal.SIGTERM

    assert len(said) == 1
    assert f"process {run.pid} drives rig 'other'" in said[0]
    assert "asked to stop" in said[0]
    _end(run)


def test_force_breaks_no_lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A holder that does not let go keeps it, and is never killed."""
    monkeypatch.setattr("harness.rig.lock.PATIENCE", 0.3)
    run = _holding(tmp_path, "signal.signal(signal.SIGTERM, signal.SIG_IGN)")

    with (
        pytest.raises(RigLocked, match="asked to stop and does not let go"),
        RigLock("mine", ["a:1"], tmp_path, force=True, say=lambda _: None),
    ):
        pass

    assert run.poll() is None
    _end(run)


def test_force_signals_nobody_who_only_has_the_number(tmp_path: Path) -> None:
    """A note of a process that is not the one that wrote it leads to no signal."""
    run = _holding(tmp_path, "")
    [note] = tmp_path.glob("*.json")
    note.write_text(note.read_text().replace('"started": "', '"started": "another boot'))

    with (
        pytest.raises(RigLocked, match="'other'"),
        RigLock("mine", ["a:1"], tmp_path, force=True, say=lambda _: None),
    ):
        pass

    assert run.poll() is None
    _end(run)


def test_a_wire_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who waits says for what, and gives up in the end."""
    monkeypatch.setattr("harness.rig.lock.PATIENCE", 0.2)
    said: list[str] = []
    first, second = WireLock(["a:1"], tmp_path), WireLock(["A:1"], tmp_path)
    first.take()

    with pytest.raises(RigLocked, match=r"still busy .*guardian\.log"):
        second.take(said.append)
    first.release()
    second.take(said.append)
    second.release()

    assert len(said) == 1
    assert "switching it off; waiting" in said[0]
