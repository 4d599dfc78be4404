"""A run read back from its folder."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.errors import UsageError
from harness.model.played import Played
from harness.model.trace import Trace
from harness.model.verdict import Outcome, Verdict
from harness.report import verdicts
from harness.report.recorded import judge_again

Play = Callable[..., Played]


def _judge(trace: Trace) -> Verdict:
    outcome = Outcome.PASS if trace.complete else Outcome.INCONCLUSIVE
    return Verdict(outcome, "as told")


def _record(played: list[Played], out: Path) -> None:
    for one in played:
        one.folder.mkdir(exist_ok=True)
        if not one.skipped:
            lines = "".join(f"{row.to_line()}\n" for row in one.trace)
            (one.folder / "trace.jsonl").write_text(lines, encoding="utf-8")
    verdicts.write(played, rig="bench-3", out=out)


def test_everything_comes_back_from_the_traces(play: Play, tmp_path: Path) -> None:
    """Scenario, seed and rig are in the trace's first line; no other file is needed."""
    _record([play()], tmp_path)
    (tmp_path / "verdicts.json").unlink()

    again = judge_again(tmp_path, _judge)

    assert again.rig == "virtual"
    assert again.played[0].scenario.id == "P-2"
    assert again.played[0].scenario.plain["always"][0] == "exactly_once"
    assert again.played[0].seed == 7
    assert again.played[0].verdict.outcome is Outcome.PASS


def test_order_and_skips_come_from_the_runs_own_list(play: Play, tmp_path: Path) -> None:
    """What was skipped then is skipped now; the order is the run's."""
    _record([play(name="z"), play(Outcome.SKIPPED, name="s"), play(name="a")], tmp_path)

    again = judge_again(tmp_path, _judge)

    assert [one.scenario.name for one in again.played] == ["z", "s", "a"]
    assert again.played[1].skipped == "fault power_dip needs a supply"
    assert again.rig == "bench-3"


@pytest.mark.parametrize("kept", [0, 1, 100, 360])
def test_a_truncated_trace_is_judged_as_it_is(play: Play, tmp_path: Path, kept: int) -> None:
    """The judge sees what is there, and no verdict is taken over from the list."""
    _record([play()], tmp_path)
    path = tmp_path / "power-dip_mid_sale" / "trace.jsonl"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(lines[:kept]) + lines[kept][:20], encoding="utf-8")

    assert judge_again(tmp_path, _judge).played[0].verdict.outcome is Outcome.INCONCLUSIVE


def test_a_missing_trace_is_no_pass(play: Play, tmp_path: Path) -> None:
    """An item whose evidence is gone is judged on nothing."""
    _record([play()], tmp_path)
    (tmp_path / "power-dip_mid_sale" / "trace.jsonl").unlink()

    assert judge_again(tmp_path, _judge).played[0].verdict.outcome is Outcome.INCONCLUSIVE


def test_a_single_item_can_be_judged(play: Play, tmp_path: Path) -> None:
    """Its folder, or the trace itself."""
    _record([play()], tmp_path)
    home = tmp_path / "power-dip_mid_sale"

    assert len(judge_again(home, _judge).played) == 1
    assert len(judge_again(home / "trace.jsonl", _judge).played) == 1


@pytest.mark.parametrize("told", ["", "[]", '{"runs": []}', "{", '{"runs": 3}'])
def test_a_folder_without_a_run_is_refused(tmp_path: Path, told: str) -> None:
    """It says what was wanted."""
    (tmp_path / "verdicts.json").write_text(told, encoding="utf-8")

    with pytest.raises(UsageError, match=r"no run here; wanted a folder with trace\.jsonl"):
        judge_again(tmp_path, _judge)


def test_a_nonsense_list_is_refused(tmp_path: Path) -> None:
    """A list of something else is named with its file."""
    (tmp_path / "verdicts.json").write_text(json.dumps({"runs": ["x"]}), encoding="utf-8")

    with pytest.raises(UsageError, match=r"verdicts\.json: 'x' seen"):
        judge_again(tmp_path, _judge)
