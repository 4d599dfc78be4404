"""``verdicts.json``: the answer for programs. ``SCHEMA`` is its contract (JSON Schema 2020-12).

Version 1 is fixed: keys may be added, none is renamed or dropped.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from harness.model.played import Played
from harness.model.verdict import ClauseVerdict, Performance
from harness.report.clean import clean
from harness.report.text import outcome_of, reason_of

WORDS = ["PASS", "INCONCLUSIVE", "FAIL", "ERROR", "SKIPPED"]
_SECONDS = {"type": ["number", "null"], "description": "seconds; null where none apply"}

SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "Verdicts of one run",
    "type": "object",
    "required": ["schema", "rig", "runs"],
    "properties": {
        "schema": {"const": 1, "description": "version of this document"},
        "rig": {"type": "string", "description": "name of the rig that was used"},
        "seed": {"type": "integer", "description": "what the run's randomness grew from"},
        "version": {"type": "string", "description": "of the harness"},
        "runs": {"type": "array", "items": {"$ref": "#/$defs/run"}},
    },
    "$defs": {
        "run": {
            "type": "object",
            "required": [
                "id", "scenario", "family", "covers", "verdict", "reason", "seed", "simulated_s",
                "wall_s", "folder", "clauses",
            ],
            "properties": {
                "id": {"type": "string", "description": "the catalogue's id, e.g. Q-2"},
                "scenario": {"type": "string", "description": "file stem and varied values"},
                "family": {"type": "string", "description": "data, power, signal, reader ..."},
                "covers": {
                    "type": "array", "items": {"type": "string"},
                    "description": "requirement ids, A1..F10 and N1..N4",
                },
                "verdict": {
                    "enum": WORDS,
                    "description": "FAIL is the terminal's; ERROR is the bench's; missing evidence "
                    "is INCONCLUSIVE; SKIPPED was not played, with the reason",
                },
                "reason": {"type": "string", "description": "one sentence"},
                "seed": {"type": "integer"},
                "simulated_s": {"type": "number", "description": "seconds on the run's clock"},
                "wall_s": {"type": "number", "description": "seconds of real time"},
                "folder": {
                    "type": "string",
                    "description": "where trace.jsonl lies, relative to this file",
                },
                "path": {"type": "string", "description": "the scenario's file"},
                "performance": {
                    "type": ["object", "null"],
                    "description": "IEC 61000-4-29 class of an item with a power disturbance",
                    "required": ["class", "reason", "evidence"],
                    "properties": {
                        "class": {"enum": ["a", "b", "c", "d"]},
                        "reason": {"type": "string"},
                        "evidence": {"type": "array", "items": {"type": "integer", "minimum": 1}},
                    },
                },
                "clauses": {"type": "array", "items": {"$ref": "#/$defs/clause"}},
            },
        },
        "clause": {
            "type": "object",
            "required": ["clause", "verdict", "reason", "budget_s", "measured_s", "evidence"],
            "properties": {
                "clause": {"type": "string", "description": "the word and what it watches"},
                "verdict": {"enum": WORDS},
                "reason": {"type": "string"},
                "budget_s": _SECONDS,
                "measured_s": _SECONDS,
                "evidence": {
                    "type": "array", "items": {"type": "integer", "minimum": 1},
                    "description": "line numbers of trace.jsonl, from 1",
                },
            },
        },
    },
}  # fmt: skip


def document(played: Sequence[Played], *, rig: str, out: Path) -> dict[str, Any]:
    """The document for one run; ``out`` is the folder it will lie in."""
    return {"schema": 1, "rig": rig, "runs": [_run(one, out) for one in played]}


def write(played: Sequence[Played], *, rig: str, out: Path) -> Path:
    """Write ``verdicts.json`` into ``out``; a reader never sees half of it."""
    return write_whole(out / "verdicts.json", render(document(played, rig=rig, out=out)))


def render(plain: dict[str, Any]) -> str:
    """The document as text."""
    return json.dumps(plain, ensure_ascii=False, indent=1) + "\n"


def write_whole(path: Path, text: str) -> Path:
    """Write a file beside its place and move it there; raises OSError."""
    beside = path.with_name(f".{path.name}.part")
    beside.write_text(text, encoding="utf-8", errors="backslashreplace")  # half a surrogate pair
    return beside.replace(path)


def _run(played: Played, out: Path) -> dict[str, Any]:
    scenario = played.scenario
    return {
        "id": scenario.id, "scenario": scenario.name, "family": scenario.family,
        "covers": list(scenario.covers), "verdict": str(outcome_of(played)),
        "reason": reason_of(played), "seed": played.seed,
        "simulated_s": round(played.simulated, 6), "wall_s": round(played.wall, 6),
        "folder": folder_of(played, out), "path": scenario.path,
        "clauses": [_clause(row) for row in played.verdict.clauses],
        "performance": _performance(played.verdict.performance),
    }  # fmt: skip


def _performance(found: Performance | None) -> dict[str, Any] | None:
    if found is None:
        return None
    said = clean(found.reason)
    return {"class": found.letter, "reason": said, "evidence": list(found.evidence)}


def folder_of(played: Played, out: Path) -> str:
    """Where the item's evidence lies, relative to the run's folder where it can be."""
    try:
        return played.folder.relative_to(out).as_posix()
    except ValueError:
        return played.folder.as_posix()


def _clause(row: ClauseVerdict) -> dict[str, Any]:
    return {
        "clause": row.clause, "verdict": str(row.outcome), "reason": clean(row.reason),
        "budget_s": _rounded(row.budget), "measured_s": _rounded(row.measured),
        "evidence": list(row.evidence),
    }  # fmt: skip


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(float(value), 6)
