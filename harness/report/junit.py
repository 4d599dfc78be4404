"""``junit.xml`` for CI servers: FAIL is a failure, a broken bench or missing evidence an error."""

from collections.abc import Sequence
from pathlib import Path

from junitparser import Error, Failure, JUnitXml, Skipped, TestCase, TestSuite
from junitparser.junitparser import Properties, Property

from harness.model.played import Played
from harness.model.verdict import Outcome
from harness.report.text import outcome_of, paragraph, reason_of

#: What a verdict is in JUnit's words; PASS is none.
_RESULTS = {
    Outcome.FAIL: Failure, Outcome.ERROR: Error, Outcome.INCONCLUSIVE: Error,
    Outcome.SKIPPED: Skipped,
}  # fmt: skip


def write(played: Sequence[Played], *, rig: str, out: Path) -> Path:
    """Write ``junit.xml`` into ``out``: one suite per family, times on the run's clock."""
    report = JUnitXml("terminal-harness")
    for family in dict.fromkeys(one.scenario.family for one in played):
        suite = TestSuite(family)
        suite.add_property("rig", rig)
        for one in played:
            if one.scenario.family == family:
                suite.add_testcase(_case(one))
        report.add_testsuite(suite)
    path = out / "junit.xml"
    report.write(str(path), pretty=True)
    return path


def _case(played: Played) -> TestCase:
    scenario = played.scenario
    case = TestCase(scenario.name, f"{scenario.family}.{scenario.id}", played.simulated)
    properties = {
        "id": scenario.id, "covers": ",".join(scenario.covers), "seed": str(played.seed),
        "verdict": str(outcome_of(played)), "wall_s": f"{played.wall:.3f}",
        "folder": played.folder.name,
    }  # fmt: skip
    graded = played.verdict.performance
    if graded is not None:
        properties["performance"] = graded.letter
    shown = Properties()  # type: ignore[no-untyped-call]
    for name, value in properties.items():
        shown.add_property(Property(name, value))
    case.append(shown)  # type: ignore[no-untyped-call]
    kind = _RESULTS.get(outcome_of(played))
    if kind is not None:
        result = kind(reason_of(played), str(outcome_of(played)))
        result.text = paragraph(played)
        case.result = [result]
    return case
