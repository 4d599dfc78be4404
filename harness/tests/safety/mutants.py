"""What is done to a recorded trace, and what the judge says of it then."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from harness.judge.case import judge_trace
from harness.model.trace import Trace
from harness.model.verdict import Outcome

Rows = list[dict[str, Any]]


def rows_of(folder: Path) -> Rows:
    """The trace of an item."""
    lines = (folder / "trace.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


def judged(rows: Rows) -> tuple[Outcome, str]:
    """Numbered anew, so that it does not show what is missing."""
    new = {row["n"]: number for number, row in enumerate(rows, 1)}
    told = [
        {**row, "n": new[row["n"]]}
        | ({"evidence": new.get(row["evidence"], 0)} if "evidence" in row else {})
        for row in rows
    ]
    verdict = judge_trace(Trace.from_lines([json.dumps(row) for row in told]))
    return verdict.outcome, verdict.reason


def without(drop: Callable[[dict[str, Any]], bool]) -> Callable[[Rows], Rows]:
    """A change: these rows are missing."""
    return lambda rows: [row for row in rows if not drop(row)]


def without_evidence(rows: Rows) -> Rows:
    """The lines on which an effect rests are missing."""
    lines = {row["evidence"] for row in rows if row["kind"] == "fault_took_effect"}
    return [row for row in rows if row["n"] not in lines]
