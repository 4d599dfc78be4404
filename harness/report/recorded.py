"""A run read back from its folder, with no rig and no scenario file at hand."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.errors import UsageError
from harness.model.played import Played
from harness.model.scenario import Scenario
from harness.model.trace import Trace
from harness.model.verdict import Outcome, Verdict

Judge = Callable[[Trace], Verdict]

#: Keys of ``run_started.spec`` that are the scenario's own attributes; the rest is ``plain``.
_OWN = ("id", "name", "family", "story", "covers", "tags", "path", "varied")


@dataclass(frozen=True, slots=True)
class Recorded:
    """A recorded run, judged again.

    Attributes:
        rig: The name of the rig it was recorded on.
        played: Its items; those that were skipped then are skipped now.
    """

    rig: str
    played: list[Played]


def judge_again(folder: Path, judge: Judge) -> Recorded:
    """Read every trace below ``folder`` and have it judged.

    Raises:
        UsageError: There is no run in this folder, or it cannot be read.
    """
    if folder.is_file():
        folder = folder.parent
    told = _told(folder)
    rows = told.get("runs") if isinstance(told.get("runs"), list) else None
    played = list(_listed(folder, rows, judge) if rows else _found(folder, judge))
    if not played:
        raise UsageError(
            f"{folder}: no run here; wanted a folder with trace.jsonl in it or one below"
        )
    return Recorded(str(told.get("rig") or _rig_of(played)), played)


def _told(folder: Path) -> dict[str, Any]:
    """The run's own ``verdicts.json``; empty when there is none or it is unreadable."""
    try:
        told = json.loads((folder / "verdicts.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return told if isinstance(told, dict) else {}


def _listed(folder: Path, rows: list[Any], judge: Judge) -> Iterator[Played]:
    """The items in the order they were played, as ``verdicts.json`` lists them."""
    for row in rows:
        if not isinstance(row, dict):
            raise UsageError(f"{folder / 'verdicts.json'}: {row!r} seen, wanted a run")
        home = folder / str(row.get("folder", ""))
        if row.get("verdict") == "SKIPPED":
            yield _skipped(row, home)
        else:
            yield _judged(home / "trace.jsonl", row, judge)


def _found(folder: Path, judge: Judge) -> Iterator[Played]:
    for path in sorted({*folder.glob("trace.jsonl"), *folder.glob("*/trace.jsonl")}):
        yield _judged(path, {}, judge)


def _skipped(row: dict[str, Any], home: Path) -> Played:
    reason = str(row.get("reason", ""))
    scenario = _scenario({**row, "name": row.get("scenario", "")}, home)
    verdict = Verdict(Outcome.SKIPPED, reason)
    return Played(scenario, verdict, Trace(), home, seed=_seed(row), skipped=reason)


def _judged(path: Path, row: dict[str, Any], judge: Judge) -> Played:
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        if not row:
            raise UsageError(f"{path}: {error.strerror}") from error
        text = ""  # the run is listed, its evidence is gone: that is for the judge to say
    trace = Trace.from_lines(text.splitlines())
    started = trace.first("run_started")
    spec = started.get("spec") if started else None
    told = {**row, "name": row.get("scenario", path.parent.name)}
    scenario = _scenario(spec if isinstance(spec, dict) else told, path.parent)
    seed = int(started.get("seed") or 0) if started else _seed(row)
    return Played(
        scenario, judge(trace), trace, path.parent, simulated=trace.end,
        wall=float(row.get("wall_s") or 0), seed=seed,
    )  # fmt: skip


def _seed(row: dict[str, Any]) -> int:
    return int(row.get("seed") or 0)


def _scenario(spec: dict[str, Any], home: Path) -> Scenario:
    return Scenario(
        id=str(spec.get("id", "")), name=str(spec.get("name") or home.name),
        family=str(spec.get("family", "")), story=str(spec.get("story", "")),
        covers=tuple(map(str, spec.get("covers") or ())),
        tags=tuple(map(str, spec.get("tags") or ())), path=str(spec.get("path", "")),
        varied={str(key): str(value) for key, value in (spec.get("varied") or {}).items()},
        plain={key: value for key, value in spec.items() if key not in _OWN},
    )  # fmt: skip


def _rig_of(played: list[Played]) -> str:
    for one in played:
        started = one.trace.first("run_started")
        if started is not None:
            return str(started.get("rig", ""))
    return ""
