"""Allure results as Allure reads them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness.model.played import Played
from harness.model.verdict import Outcome
from harness.report import allure

Play = Callable[..., Played]


def _results(folder: Path) -> list[dict[str, Any]]:
    found = [json.loads(path.read_text(encoding="utf-8")) for path in folder.glob("*-result.json")]
    return sorted(found, key=lambda row: str(row["name"]))


@pytest.mark.parametrize(
    ("outcome", "status"),
    [(Outcome.PASS, "passed"), (Outcome.FAIL, "failed"), (Outcome.ERROR, "broken"),
     (Outcome.INCONCLUSIVE, "broken"), (Outcome.SKIPPED, "skipped")],
)  # fmt: skip
def test_only_the_terminal_is_failed(
    play: Play, tmp_path: Path, outcome: Outcome, status: str
) -> None:
    """A broken bench and missing evidence are "broken", with the reason."""
    allure.write([play(outcome)], rig="virtual", out=tmp_path / "allure")

    result = _results(tmp_path / "allure")[0]

    assert result["status"] == status
    if outcome is not Outcome.PASS:
        assert result["statusDetails"]["message"].startswith(f"{outcome}: ")


def test_a_result_tells_the_story_in_steps(play: Play, tmp_path: Path) -> None:
    """given, when and then are steps; a clause's evidence stands below it."""
    allure.write([play(Outcome.FAIL)], rig="virtual", out=tmp_path / "allure")

    result = _results(tmp_path / "allure")[0]
    names = [step["name"] for step in result["steps"]]
    late = next(step for step in result["steps"] if step["name"].startswith("then reports"))

    assert names[0].startswith("given terminal: ready")
    assert any(name.startswith("when inject power_dip") for name in names)
    assert late["status"] == "failed"
    assert any("report on=ecr" in below["name"] for below in late["steps"])
    assert late["stop"] >= late["start"]


def test_a_step_that_was_never_reached_is_skipped(play: Play, tmp_path: Path) -> None:
    """The fifth step has no start in the trace, so nobody may think that it ran."""
    allure.write([play()], rig="virtual", out=tmp_path / "allure")

    steps = _results(tmp_path / "allure")[0]["steps"]

    assert next(row for row in steps if row["name"].startswith("when clear"))["status"] == "skipped"


def test_drawing_trace_and_log_are_attached(play: Play, tmp_path: Path) -> None:
    """Every attachment a result names lies beside it."""
    out = tmp_path / "allure"
    allure.write([play()], rig="virtual", out=out)

    attachments = _results(out)[0]["attachments"]

    assert {row["name"] for row in attachments} == {"timeline", "trace.jsonl", "terminal.log"}
    assert all((out / row["source"]).stat().st_size > 0 for row in attachments)


def test_points_of_a_sweep_keep_their_history_apart(play: Play, tmp_path: Path) -> None:
    """Same test case, own history, so that a flaky point is seen as such; stable over runs."""
    for folder in ("first", "second"):
        played = [play(name=f"sweep[cut={n}ms]", varied={"cut": f"{n} ms"}) for n in (10, 20)]
        allure.write(played, rig="virtual", out=tmp_path / folder)

    one, two = _results(tmp_path / "first")
    again = _results(tmp_path / "second")

    assert one["testCaseId"] == two["testCaseId"]
    assert one["historyId"] != two["historyId"]
    assert [row["historyId"] for row in again] == [one["historyId"], two["historyId"]]


def test_labels_and_environment_say_what_was_tested(play: Play, tmp_path: Path) -> None:
    """Family, requirements and drivers can be filtered by."""
    out = tmp_path / "allure"
    allure.write([play()], rig="virtual", out=out)

    labels = {(row["name"], row["value"]) for row in _results(out)[0]["labels"]}
    environment = (out / "environment.properties").read_text(encoding="utf-8")

    assert {("feature", "power"), ("tag", "short"), ("requirement", "E3")} <= labels
    assert "rig=virtual\n" in environment
    assert "driver.supply=keysight_e36300\n" in environment
    assert json.loads((out / "categories.json").read_text(encoding="utf-8"))


def test_nothing_of_an_earlier_writing_stays(play: Play, tmp_path: Path) -> None:
    """Old results would be counted as this run's."""
    out = tmp_path / "allure"
    allure.write([play(), play(name="other")], rig="virtual", out=out)
    allure.write([play()], rig="virtual", out=out)

    assert len(_results(out)) == 1


def test_no_card_number_gets_into_a_result(play: Play, tmp_path: Path) -> None:
    """Results, log and drawing are clean even if a terminal wrote one into its texts."""
    out = tmp_path / "allure"
    allure.write([play(Outcome.FAIL, hostile="9999990000000014")], rig="virtual", out=out)

    written = [path for path in out.iterdir() if path.suffix != ".jsonl"]

    assert not [path for path in written if b"9999990000000014" in path.read_bytes()]
