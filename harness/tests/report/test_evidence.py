"""A run's folders, and what is kept of bugs."""

from pathlib import Path

import pytest

from harness.errors import UsageError
from harness.model.scenario import Scenario
from harness.report.evidence import folder_for, keep_bugs, sink

ITEM = Scenario("P-2", "dip[to=3.2 V]", "power", "A dip.")


def test_an_item_that_is_played_twice_has_two_folders(tmp_path: Path) -> None:
    """Named by family and item, as every file system takes it; a second one has a number."""
    first = folder_for(ITEM, tmp_path, [])
    second = folder_for(ITEM, tmp_path, [first])

    assert (first.name, second.name) == ("power-dip_to=3.2_V", "power-dip_to=3.2_V-2")
    assert first.is_dir()
    assert second.is_dir()


def test_a_place_that_cannot_be_used_is_the_users_to_change(tmp_path: Path) -> None:
    """A file stands where a folder should be: it says to name another."""
    (tmp_path / "out").write_text("in the way", encoding="utf-8")

    with pytest.raises(UsageError, match=r"cannot be made .*; name another --out"):
        folder_for(ITEM, tmp_path / "out", [])
    with (
        pytest.raises(UsageError, match=r"cannot be written .*; name another --out"),
        sink(tmp_path / "out"),
    ):
        pass


def test_a_bug_is_kept_once_and_without_card_numbers(tmp_path: Path) -> None:
    """Tracebacks for who mends it, masked like all that is kept; nothing where nothing broke."""
    bug = RuntimeError("4111111111111111 was not expected")

    keep_bugs(tmp_path, [])
    assert not list(tmp_path.iterdir())
    keep_bugs(tmp_path, [bug, bug])

    kept = (tmp_path / "traceback.txt").read_text("utf-8")
    assert kept.count("was not expected") == 1
    assert "4111111111111111" not in kept
