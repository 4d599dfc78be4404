"""What a run leaves: the same for one seed, judged the same again, never better for damage."""

import json
import random
import shutil
from pathlib import Path

import pytest

from harness.files import carried
from harness.judge.case import judge_trace
from harness.model.trace import Trace
from harness.model.verdict import Outcome
from harness.runner import Session
from harness.tests.safety.outside import Outside, over

CATALOGUE = str(carried("scenarios"))
#: What most tests here look at: what is quick of every family.
MOST = [
    f"{CATALOGUE}/{name}"
    for name in (
        "reader/bad_atr.yaml", "reader/mute_chip.yaml", "reader/pulled_after_approval.yaml",
        "reader/tap_and_go.yaml", "data/exhausted_by_reset.yaml", "data/exhausted_silently.yaml",
        "firmware/stranger_signed.yaml", "host/bad_mac.yaml",
        "operator/switched_off_while_processing.yaml", "operator/taken_back.yaml",
        "power/contacts.yaml", "power/low_supply.yaml", "signal/short_gap.yaml",
    )
]  # fmt: skip
FAILING = [f"{CATALOGUE}/power/cut_points.yaml", f"{CATALOGUE}/power/cut_while_printing.yaml"]
#: What was not synced is lost by chance, and with this seed at every point behind the approval.
TAKES = ("--defect", "fsync_missing", "--seed", "3")
#: Story -> how often it is played.
FEW = {
    "power/low_supply.yaml": 4,
    "data/exhausted_before_answer.yaml": 3,
    "reader/pulled_after_approval.yaml": 8,
}


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Most of it played by four processes: ``a`` and ``b`` with one seed, ``c``, ``failing``."""
    outside = Outside(tmp_path_factory.mktemp("recorded"))
    pairs = [
        [
            outside.start("run", *MOST, "--seed", "5", "--out", "a", PYTHONHASHSEED="1"),
            outside.start("run", *MOST, "--seed", "5", "--out", "b", PYTHONHASHSEED="77"),
        ],
        [
            outside.start("run", *MOST, "--seed", "6", "--out", "c"),
            outside.start("run", *FAILING, *TAKES, "--out", "failing"),
        ],
    ]
    codes = [over(run, 240).code for runs in pairs for run in runs]
    assert codes == [0, 0, 0, 1]
    return outside.here


def _traces(folder: Path) -> dict[str, bytes]:
    return {path.parent.name: path.read_bytes() for path in folder.glob("*/trace.jsonl")}


def _runs(folder: Path) -> list[dict[str, object]]:
    runs: list[dict[str, object]] = json.loads((folder / "verdicts.json").read_text("utf-8"))[
        "runs"
    ]
    return runs


def test_one_seed_is_one_history(recorded: Path) -> None:
    """Two processes with different hash seeds write the same bytes; another seed writes others."""
    first, second, other = (_traces(recorded / name) for name in "abc")

    assert len(first) > 20
    assert first == second
    assert first.keys() == other.keys()
    assert not [name for name in first if first[name] == other[name]]
    told = [[run["verdict"] for run in _runs(recorded / name)] for name in "ac"]
    assert told[0] == told[1]


@pytest.mark.parametrize("story", FEW)
def test_many_runs_of_one_seed(tmp_path: Path, story: str) -> None:
    """However many runs in one process leave identical traces."""
    seen = set()
    for number in range(FEW[story]):
        session = Session(rig=carried("rigs", "virtual.yaml"), out=tmp_path / str(number), seed=11)
        played = session.play(session.items([carried("scenarios", story)])[0])
        seen.add((played.folder / "trace.jsonl").read_bytes())
    assert len(seen) == 1


@pytest.mark.parametrize("name", ["a", "failing"])
def test_judged_again_it_is_the_same_to_the_letter(
    recorded: Path, tmp_path: Path, name: str
) -> None:
    """``harness judge`` reproduces every verdict, clause and line number, from a copy elsewhere."""
    copy = tmp_path / "a copy elsewhere"
    shutil.copytree(recorded / name, copy)

    again = Outside(tmp_path).run("judge", str(copy), "--json")

    assert json.loads(again.out)["runs"] == _runs(recorded / name)


def _some(recorded: Path) -> list[list[str]]:
    """Every fifth trace of the good run, every one of the failing run."""
    paths = sorted(recorded.glob("a/*/trace.jsonl"))[::5]
    paths += sorted(recorded.glob("failing/*/trace.jsonl"))[::4]
    return [path.read_text("utf-8").splitlines() for path in paths]


def test_a_truncated_trace_is_never_a_pass(recorded: Path) -> None:
    """Cut at every tenth line before its end no trace passes, and none fails that did not."""
    for lines in _some(recorded):
        whole = judge_trace(Trace.from_lines(lines)).outcome
        end = next(at for at, line in enumerate(lines) if '"kind":"run_ended"' in line)
        for cut in range(0, end + 1, 10):
            outcome = judge_trace(Trace.from_lines(lines[:cut])).outcome
            assert outcome in (Outcome.INCONCLUSIVE, whole)
            assert outcome is not Outcome.PASS


def test_a_damaged_trace_is_never_a_pass(recorded: Path) -> None:
    """Lines torn, lost, doubled, swapped or overwritten: no PASS, and the line is named."""
    chance = random.Random(3)
    for lines in _some(recorded):
        for kind in range(5):
            at = chance.randrange(1, len(lines) - 1)
            bad = list(lines)
            if kind == 0:
                bad[at] = bad[at][: len(bad[at]) // 2]
            elif kind == 1:
                del bad[at]
            elif kind == 2:
                bad.insert(at, bad[at])
            elif kind == 3:
                bad[at], bad[at - 1] = bad[at - 1], bad[at]
            else:
                bad[at] = "\x00" * 80
            verdict = judge_trace(Trace.from_lines(bad))
            assert verdict.outcome is not Outcome.PASS
            assert verdict.clauses[0].clause == "trace"
            assert "cannot be read" in verdict.clauses[0].reason


def test_a_line_with_wrong_values_breaks_nothing(recorded: Path) -> None:
    """A value of another type in any line is judged or told as an ERROR, never raised."""
    chance = random.Random(4)
    for lines in _some(recorded):
        for _ in range(8):
            at = chance.randrange(len(lines))
            row = json.loads(lines[at])
            row[chance.choice(sorted(row))] = chance.choice([None, [], {}, "x", -1, 1e308, True])
            bad = [*lines[:at], json.dumps(row), *lines[at + 1 :]]
            judge_trace(Trace.from_lines(bad))
