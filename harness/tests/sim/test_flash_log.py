"""A flash whose process is killed: what was synced is there, what was not may be torn or lost."""

import random
from functools import partial
from pathlib import Path

import pytest

from harness.clock import CooperativeClock
from harness.sim.flash_log import FOLDER, FlashLog, temporary_folder
from harness.sim.terminal.flash import Flash
from harness.sim.terminal.flash_cells import ERASED

PAGE = 64


def flash_at(place: Path, clock: CooperativeClock, seed: int = 1) -> Flash:
    """A flash that is kept there."""
    flash = Flash(clock, rng=random.Random(seed), page=PAGE)
    flash.keep(FlashLog(place, rng=random.Random(seed), page=PAGE))
    return flash


def files_at(place: Path) -> dict[str, bytes]:
    """What is found there by the next process."""
    log = FlashLog(place, rng=random.Random(0), page=PAGE)
    try:
        return log.load()
    finally:
        log.close()


def test_what_was_synced_is_there(tmp_path: Path) -> None:
    """All kinds of operations, one after another, end as they did for the firmware."""
    clock = CooperativeClock()

    def story() -> dict[str, bytes]:
        flash = flash_at(tmp_path / "flash", clock)
        flash.write("a", b"1" * 200)
        flash.append("a", b"2" * 70)
        flash.write("b", b"")
        flash.truncate("a", 250)
        flash.rename("a", "c")
        flash.write("d", b"x")
        flash.delete("d")
        flash.sync()
        return {name: flash.peek(name) or b"" for name in flash.names()}

    held = clock.run(story)

    assert files_at(tmp_path / "flash") == held == {"b": b"", "c": b"1" * 200 + b"2" * 50}
    assert files_at(tmp_path / "flash") == held  # reading it again changes nothing


def test_two_tasks_that_write_at_once_are_kept_apart(tmp_path: Path) -> None:
    """Pages of two operations that alternate belong to their own."""
    clock = CooperativeClock()

    def story() -> None:
        flash = flash_at(tmp_path / "flash", clock)
        tasks = [
            clock.spawn(name, partial(flash.write, name, name.encode() * 300)) for name in "ab"
        ]
        for task in tasks:
            task.join()
        flash.sync()

    clock.run(story)

    assert files_at(tmp_path / "flash") == {"a": b"a" * 300, "b": b"b" * 300}


def killed_at(place: Path, seed: int, cut: float) -> dict[str, bytes]:
    """A process that ends without a word at a time, in the middle of what it writes."""
    clock = CooperativeClock()

    def story() -> None:
        flash = flash_at(place, clock, seed)

        def work() -> None:
            flash.write("old", b"o" * 150)
            flash.sync()
            flash.write("new", b"n" * 300)
            flash.append("old", b"+" * 100)
            flash.rename("new", "old")
            clock.sleep(10)

        task = clock.spawn("firmware", work)
        clock.sleep(cut)
        task.kill()

    clock.run(story)
    return files_at(place)


def test_a_kill_loses_only_what_was_not_synced(tmp_path: Path) -> None:
    """Over many kills: what was synced is whole in all of them, and the rest has every fate."""
    fates: set[str] = set()
    for seed in range(60):
        files = killed_at(tmp_path / f"{seed}", seed, 0.018 + seed % 10 * 0.002)
        new, old = files.get("new"), files.get("old", b"")
        fates.add("lost" if new is None else "kept" if new == b"n" * 300 else "torn")
        fates.add("renamed" if old[:1] != b"o" else "grown" if len(old) > 150 else "as it was")
        assert old[:150] == b"o" * 150 or new is None
        assert set(new or b"") <= {ord("n"), *ERASED}

    assert fates >= {"lost", "kept", "torn", "as it was", "grown"}


@pytest.mark.parametrize("cut", [1, 5, 13, 40])
def test_a_record_torn_by_the_kill_itself_is_found(tmp_path: Path, cut: int) -> None:
    """A log that ends in the middle of a record, or in rubbish, is read up to there."""
    clock = CooperativeClock()

    def story() -> None:
        flash = flash_at(tmp_path / "flash", clock)
        for name in ("a", "b"):
            flash.write(name, name.encode() * 40)
            flash.sync()

    clock.run(story)
    held = (tmp_path / "flash").read_bytes()
    (tmp_path / "flash").write_bytes(held[:-cut])
    assert files_at(tmp_path / "flash") == {"a": b"a" * 40}
    (tmp_path / "flash").write_bytes(held + b"\x07" * cut)
    assert files_at(tmp_path / "flash") == {"a": b"a" * 40, "b": b"b" * 40}


def test_what_a_killed_process_left_is_cleared_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder of a process that is no more goes; that of a living one stays."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    (tmp_path / f"{FOLDER}999999999-x").mkdir()

    ours = temporary_folder()
    again = temporary_folder()

    assert sorted(tmp_path.iterdir()) == sorted([ours, again])
