"""The committed sample of a run."""

import json
from pathlib import Path

import jsonschema
import pytest

from harness.judge.case import judge_trace
from harness.model.trace import Trace
from harness.model.verdict import Outcome
from harness.report.recorded import judge_again
from harness.report.verdicts import SCHEMA
from harness.wire.pan import find

SAMPLE = Path(__file__).parents[3] / "reports" / "sample"
pytestmark = pytest.mark.skipif(not SAMPLE.exists(), reason="installed without the repository")


def test_judging_it_again_gives_the_committed_verdicts() -> None:
    """Outcome by outcome and clause by clause; otherwise judge or sample has to be looked at."""
    told = json.loads((SAMPLE / "verdicts.json").read_text(encoding="utf-8"))
    jsonschema.validate(told, SCHEMA)

    again = judge_again(SAMPLE, judge_trace).played

    assert [
        (one.scenario.id, str(one.verdict.outcome), len(one.verdict.clauses)) for one in again
    ] == [(run["id"], run["verdict"], len(run["clauses"])) for run in told["runs"]]
    assert {str(one.verdict.outcome) for one in again} == {"PASS", "FAIL"}


def test_no_tenth_of_a_passing_trace_is_a_pass() -> None:
    """Cut off anywhere before its end, the evidence does not suffice."""
    passed = [one for one in judge_again(SAMPLE, judge_trace).played if not one.verdict.outcome]
    rows = list(passed[0].trace)

    cuts = [judge_trace(Trace(rows[: len(rows) * tenth // 10])) for tenth in range(1, 10)]

    assert Outcome.PASS not in {verdict.outcome for verdict in cuts}


def test_no_file_of_it_holds_a_card_number() -> None:
    """What is committed is public."""
    for path in SAMPLE.rglob("*"):
        if path.is_file() and path.suffix in (".jsonl", ".json"):
            for line in path.read_text(encoding="utf-8").splitlines():
                assert not find(line), f"{path}: a card number"
