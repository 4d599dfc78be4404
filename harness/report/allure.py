"""Allure results, written by allure's own writer, so that no pytest is needed.

FAIL is ``failed``; ERROR and INCONCLUSIVE are ``broken`` (ours, not the terminal's); times are the
run's clock, laid one after the other. Nothing is hidden by Allure's masking, which only masks the
display: what must not be seen never gets here.
"""

import json
import platform
import re
import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from hashlib import md5
from pathlib import Path
from typing import Any

from allure_commons.logger import AllureFileLogger
from allure_commons.model2 import (
    Attachment,
    Label,
    Link,
    Parameter,
    Status,
    StatusDetails,
    TestResult,
    TestResultContainer,
    TestStepResult,
)

from harness.model.played import Played
from harness.model.verdict import ClauseVerdict, Outcome
from harness.report.clean import clean, quote, seconds
from harness.report.history import StepRow, plain_text, steps_of
from harness.report.text import evidence_of, outcome_of, paragraph, reason_of
from harness.report.timeline import draw
from harness.report.verdicts import write_whole
from harness.version import VERSION

Writer = Any  # allure's file logger is not typed

STATUS = {
    Outcome.PASS: Status.PASSED, Outcome.FAIL: Status.FAILED, Outcome.ERROR: Status.BROKEN,
    Outcome.INCONCLUSIVE: Status.BROKEN, Outcome.SKIPPED: Status.SKIPPED,
}  # fmt: skip

CATEGORIES = [
    {"name": "The terminal failed", "matchedStatuses": ["failed"]},
    {
        "name": "The bench broke", "matchedStatuses": ["broken"],
        "messageRegex": "(?s)ERROR.*",
    },
    {
        "name": "Evidence is missing", "matchedStatuses": ["broken"],
        "messageRegex": "(?s)INCONCLUSIVE.*",
    },
    {"name": "This rig cannot", "matchedStatuses": ["skipped"]},
]  # fmt: skip


def write(played: Sequence[Played], *, rig: str, out: Path) -> Path:
    """Write the results into the folder ``out``, replacing what an earlier writing left there."""
    writer: Writer = AllureFileLogger(str(out), clean=True)  # type: ignore[no-untyped-call]
    start = datetime.now(tz=UTC).timestamp()
    names = []
    for one in played:
        names.append(_write_item(writer, one, start))
        start += max(_lasted(one), 0.001)
    box = TestResultContainer(uuid=str(uuid.uuid4()), name=f"rig {rig}", children=names)
    writer.report_container(box)
    write_whole(out / "environment.properties", _environment(played, rig))
    write_whole(out / "categories.json", json.dumps(CATEGORIES, indent=1))
    return out


def _lasted(played: Played) -> float:
    return max(played.simulated, played.trace.end)


def _write_item(writer: Writer, played: Played, start: float) -> str:
    """One result with its attachments; returns its uuid."""
    scenario, outcome = played.scenario, outcome_of(played)
    key = _key(f"{scenario.family}/{scenario.name.split('[')[0]}")

    def at(t: float | None) -> int:
        return int((start + (t or 0)) * 1000)

    result = TestResult(
        uuid=str(uuid.uuid4()), name=scenario.name, status=STATUS[outcome],
        fullName=f"{scenario.family}.{scenario.name}", testCaseId=key,
        historyId=_key(f"{scenario.family}/{scenario.name}"), stage="finished",
        description=clean(scenario.story), start=at(0), stop=at(_lasted(played)),
        titlePath=[scenario.family],
    )  # fmt: skip
    result.statusDetails = _details(played)
    result.labels = [Label(name, value) for name, value in _labels(played)]
    result.links = [Link("requirement", f"#{name}", name) for name in scenario.covers]
    result.parameters = [Parameter(name, str(value)) for name, value in scenario.varied.items()]
    result.parameters.append(Parameter("seed", str(played.seed), excluded=True))
    result.steps = _steps(played, at)
    result.attachments = _attachments(writer, played)
    writer.report_result(result)
    return str(result.uuid)


def _key(text: str) -> str:
    return md5(text.encode(), usedforsecurity=False).hexdigest()


def _labels(played: Played) -> list[tuple[str, str]]:
    scenario = played.scenario
    return [
        ("epic", "payment terminal"), ("feature", scenario.family),
        ("story", f"{scenario.id} {scenario.name.split('[')[0]}"),
        ("parentSuite", "scenarios"), ("suite", scenario.family), ("framework", "harness"),
        ("language", "yaml"), *(("tag", tag) for tag in scenario.tags),
        *(("requirement", name) for name in scenario.covers),
    ]  # fmt: skip


def _details(played: Played) -> StatusDetails | None:
    outcome = outcome_of(played)
    if outcome is Outcome.PASS:
        return None
    message = f"{outcome}: {reason_of(played)}"
    return StatusDetails(message=message, trace=paragraph(played))


def _steps(played: Played, at: Callable[[float | None], int]) -> list[TestStepResult]:
    """given, every step, every clause; clauses carry their evidence as steps below."""
    given = plain_text(played.scenario.plain.get("given")) or "as it is"
    ready = played.trace.first("given_ready")
    first = TestStepResult(
        name=f"given {given}", status=Status.PASSED if ready else Status.BROKEN, start=at(0),
        stop=at(ready.t if ready else 0),
    )  # fmt: skip
    rows = steps_of(played.scenario, played.trace)
    if played.skipped:
        return []
    whens = [_when(row, at) for row in rows]
    return [first, *whens, *(_then(row, played, at) for row in played.verdict.clauses)]


def _when(row: StepRow, at: Callable[[float | None], int]) -> TestStepResult:
    status = Status.SKIPPED if row.started is None else Status.PASSED
    step = TestStepResult(name=f"when {row.word} {row.text}".strip(), status=status)
    step.start, step.stop = at(row.started), at(row.done or row.started)
    return step


def _then(row: ClauseVerdict, played: Played, at: Callable[[float | None], int]) -> TestStepResult:
    times = f" ({seconds(row.measured)} of {seconds(row.budget)})" if row.budget is not None else ""
    step = TestStepResult(name=f"then {clean(row.clause)}{times}", status=STATUS[row.outcome])
    step.statusDetails = StatusDetails(message=clean(row.reason))
    seen = evidence_of(row, played)
    step.start, step.stop = at(seen[0].t if seen else 0), at(seen[-1].t if seen else 0)
    for one in seen:
        said = f"#{one.n} {one.t:.3f} s {one.source}: {one.kind} {quote(one)}"
        step.steps.append(
            TestStepResult(name=said, status=Status.PASSED, start=at(one.t), stop=at(one.t))
        )
    return step


def _attachments(writer: Writer, played: Played) -> list[Attachment]:
    if played.skipped:
        return []
    found = []
    trace = "".join(f"{row.to_line()}\n" for row in played.trace)
    for name, kind, ending, body in (
        ("timeline", "image/svg+xml", "svg", draw(played)),
        ("trace.jsonl", "text/plain", "jsonl", trace),
        ("terminal.log", "text/plain", "log", terminal_log(played)),
    ):
        if body:
            source = f"{uuid.uuid4()}-attachment.{ending}"
            writer.report_attached_data(body, source)
            found.append(Attachment(name=name, source=source, type=kind))
    return found


def terminal_log(played: Played) -> str:
    """The terminal's console lines with their times, masked."""
    rows = played.trace.of("line", source="terminal")
    return "".join(f"{row.t:12.3f} {clean(row.get('text', ''))}\n" for row in rows)


def _environment(played: Sequence[Played], rig: str) -> str:
    facts: dict[str, Any] = {
        "harness": VERSION, "rig": rig, "python": platform.python_version(),
        "seed": ", ".join(sorted({str(one.seed) for one in played})),
    }  # fmt: skip
    for one in played:
        started = one.trace.first("run_started")
        plays = started.get("plays") if started else None
        if isinstance(plays, Mapping):
            facts |= {f"driver.{role}": driver for role, driver in plays.items()}
            facts["clock"] = started.get("clock") if started else ""
            break
    return "".join(f"{_property(name)}={_property(value)}\n" for name, value in facts.items())


def _property(value: object) -> str:
    """A key or a value of a Java properties file."""
    return re.sub(r"([\\=:#!])", r"\\\1", clean(value))
