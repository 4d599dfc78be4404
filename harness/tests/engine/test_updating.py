"""Updates that are handed over, on whole rigs: the same stories as where terminals fetch them."""

from pathlib import Path

import pytest

from harness.model.played import Played
from harness.model.verdict import Outcome
from harness.runner import Session

ROOT = Path(__file__).parents[3]
RIGS = ["pushed_by_register", "pushed_by_loader", "pushed_by_adb"]


def played(
    rig: str, story: str, name: str, folder: Path, defects: tuple[str, ...] = ()
) -> Played:  # fmt: skip
    """One item of a story of the catalogue."""
    path = ROOT / "scenarios" / "firmware" / f"{story}.yaml"
    rig_file = ROOT / "rigs" / f"{rig}.yaml"
    with Session(rig=rig_file, out=folder / "out", seed=1, defects=defects) as session:
        item = next(one for one in session.items([path], ()) if name in one.name)
        return session.play(item)


@pytest.mark.parametrize("rig", RIGS)
@pytest.mark.parametrize(
    ("story", "name"),
    [
        ("cut_while_downloading", "percent=50"), ("bad_image_refused", "wrong_key"),
        ("new_version_crashes", ""),
    ],
)  # fmt: skip
def test_a_story_of_fetched_updates_is_told_of_pushed_ones(
    rig: str, story: str, name: str, tmp_path: Path
) -> None:
    """No scenario knows how the image comes; each passes, and no store was asked."""
    one = played(rig, story, name, tmp_path)

    assert one.verdict.outcome is Outcome.PASS, one.verdict.reason
    told = {seen.kind for seen in one.trace if seen.source == "updates"}
    assert "served" in told
    assert "requested" not in told


@pytest.mark.parametrize("rig", RIGS)
def test_what_is_about_fetching_is_skipped(rig: str, tmp_path: Path) -> None:
    """A lost link in a download that no network carries: not for this rig, and it says why."""
    one = played(rig, "link_lost_while_downloading", "60s", tmp_path)

    assert one.verdict.outcome is Outcome.SKIPPED
    assert "fetch from" in one.verdict.reason


@pytest.mark.parametrize("rig", RIGS)
def test_a_terminal_that_starts_what_it_has_not_checked_fails(rig: str, tmp_path: Path) -> None:
    """The same defect is caught by the same clause, whatever way the image came."""
    one = played(rig, "bad_image_refused", "wrong_key", tmp_path, ("update_commit_before_verify",))

    assert one.verdict.outcome is Outcome.FAIL
    assert any(
        clause.clause == "boots_old_or_new" and clause.outcome is Outcome.FAIL
        for clause in one.verdict.clauses
    ), one.verdict.reason
