"""The pytest face, run by pytest itself, with a session that plays nothing."""

import json
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Self

import pytest

from harness import report
from harness.errors import RigError
from harness.model.played import Played
from harness.model.scenario import Scenario
from harness.model.trace import Observation, Trace
from harness.model.verdict import ClauseVerdict, Outcome, Verdict, worst
from harness.plugin import collect, face, is_scenario
from harness.report import allure, dossier, junit

#: Imported here, or every run inside would import them anew.
WARM = (allure, collect, dossier, junit)

pytest_plugins = ["pytester"]

STORY = """\
id: T-1
story: Nothing happens, and nobody minds.
covers: [E3]
tags: [{tag}]
when:
  - hold: 1 s
then:
  recovers: {{to: ready, within: 90 s}}
"""


class StubSession:
    """Gives each scenario the verdict its file is named after."""

    def __init__(self, out: Path) -> None:
        self.rig = SimpleNamespace(name="stub")
        self.out = out
        self.seed = 0
        self.played: list[Played] = []
        self.left = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.left = True

    def play(self, scenario: Scenario) -> Played:
        word = Path(scenario.path).stem
        if word == "interrupt":
            raise KeyboardInterrupt
        if word == "bug":
            raise ZeroDivisionError("a bug of ours")
        outcome = Outcome[word.upper()]
        trace = Trace([Observation(1, 0.5, "terminal", "report", {"cause": "supply_low"})])
        clause = ClauseVerdict("recovers ready", outcome, f"said {word}", 90.0, 4.25, (1,))
        skipped = "no supply on this rig" if outcome is Outcome.SKIPPED else ""
        verdict = Verdict(outcome, skipped) if skipped else worst([clause])
        folder = self.out / scenario.name
        played = Played(scenario, verdict, trace, folder, 60.0, 0.02, skipped=skipped)
        self.played.append(played)
        return played

    def finish(self) -> Path:
        return report.write(self.out, self.rig.name, self.played)


@pytest.fixture
def session(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> StubSession:
    """The stub, handed to every run of pytest inside."""
    stub = StubSession(pytester.path / "out")
    monkeypatch.setattr(face, "new_session", lambda *_: stub)
    return stub


def _write(pytester: pytest.Pytester, words: Sequence[str], tag: str = "short") -> None:
    folder = pytester.path / "scenarios" / "power"
    folder.mkdir(parents=True, exist_ok=True)
    for word in words:
        (folder / f"{word}.yaml").write_text(STORY.format(tag=tag), encoding="utf-8")


def _run(pytester: pytest.Pytester, *args: str) -> pytest.RunResult:
    plain = ("-p", "no:cacheprovider", "-p", "no:hypothesispytest", "--strict-markers")
    return pytester.runpytest_inprocess(*plain, *args)


@pytest.mark.usefixtures("session")
@pytest.mark.parametrize(
    ("words", "status"),
    [(["pass"], 0), (["pass", "skipped"], 0), (["pass", "fail"], 1), (["fail", "error"], 1),
     (["pass", "inconclusive"], 3), (["error"], 3), (["error", "inconclusive", "skipped"], 3)],
)  # fmt: skip
def test_the_exit_status_says_whose_fault_it_is(
    pytester: pytest.Pytester, words: list[str], status: int
) -> None:
    """0 all good, 1 the terminal failed, 3 only the bench or the evidence did."""
    _write(pytester, words)

    assert _run(pytester, "scenarios").ret == status


@pytest.mark.usefixtures("session")
def test_a_failing_python_test_beside_undecided_items_ends_with_1(
    pytester: pytest.Pytester,
) -> None:
    """3 is for runs in which nothing else went wrong."""
    _write(pytester, ["inconclusive"])
    pytester.makepyfile("def test_plain(): assert False")

    assert _run(pytester).ret == 1


@pytest.mark.usefixtures("session")
def test_a_failure_is_the_paragraph_and_no_traceback(pytester: pytest.Pytester) -> None:
    """Clause, budget, evidence; not one line of our source."""
    _write(pytester, ["fail", "error"])

    result = _run(pytester, "scenarios", "-ra")

    result.stdout.fnmatch_lines([
        "*recovers ready: said fail*budget 90 s, measured 4.2 s*",
        "*#1 * 0.500 s  terminal: report cause=supply_low",
        "*evidence: *trace.jsonl*story: scenarios/power/fail.yaml",
        "FAIL scenarios/power/fail.yaml::fail - recovers ready: said fail*",
    ])  # fmt: skip
    out = result.stdout.str()
    assert "runtest" not in out
    assert "collect.py" not in out
    assert "Traceback" not in out


@pytest.mark.usefixtures("session")
def test_verdicts_are_pytests_words(pytester: pytest.Pytester) -> None:
    """FAIL is a failure, ERROR and INCONCLUSIVE are errors, SKIPPED says why."""
    _write(pytester, ["pass", "fail", "error", "inconclusive", "skipped"])

    result = _run(pytester, "scenarios", "-v", "-rs")

    result.assert_outcomes(passed=1, failed=1, errors=2, skipped=1)
    result.stdout.fnmatch_lines_random([
        "*power/fail.yaml::fail FAIL *", "*power/inconclusive.yaml::inconclusive INCONCLUSIVE *",
        "SKIPPED*scenarios/power/skipped.yaml:1: no supply on this rig",
    ])  # fmt: skip


@pytest.mark.usefixtures("session")
def test_a_pass_shows_its_figures_when_asked(pytester: pytest.Pytester) -> None:
    """With -v, budget and measurement stand below a PASS; without, a dot is enough."""
    _write(pytester, ["pass"])

    loud = _run(pytester, "scenarios", "-v").stdout.str()
    quiet = _run(pytester, "scenarios").stdout.str()

    assert "4.2 s of  90 s" in loud
    assert "4.2 s of  90 s" not in quiet


@pytest.mark.usefixtures("session")
def test_a_bug_of_ours_keeps_its_traceback(pytester: pytest.Pytester) -> None:
    """An exception that is no verdict is shown in full, and is no 3."""
    _write(pytester, ["bug"])

    result = _run(pytester, "scenarios")

    assert result.ret == 1
    result.stdout.fnmatch_lines(["*ZeroDivisionError: a bug of ours*"])


@pytest.mark.usefixtures("session")
def test_families_and_tags_are_markers(pytester: pytest.Pytester) -> None:
    """``-m power`` and ``-m short`` select, under --strict-markers."""
    _write(pytester, ["pass"])

    assert _run(pytester, "scenarios", "-m", "power and short").ret == 0
    assert _run(pytester, "scenarios", "-m", "not power").ret == 5


@pytest.mark.usefixtures("session")
def test_tag_leaves_out_the_rest(pytester: pytest.Pytester) -> None:
    """``--tag`` takes a tag or a family, as ``harness run`` does."""
    _write(pytester, ["pass"], tag="short")
    _write(pytester, ["fail"], tag="long")

    result = _run(pytester, "scenarios", "--tag", "short")

    result.assert_outcomes(passed=1, deselected=1)


@pytest.mark.usefixtures("session")
def test_points_of_a_sweep_are_items_with_readable_ids(pytester: pytest.Pytester) -> None:
    """One item per point, named after its values."""
    folder = pytester.mkdir("scenarios") / "power"
    folder.mkdir()
    text = STORY.format(tag="short").replace("hold: 1 s", "hold: $wait")
    text += "vary:\n  wait: [1 s, 2 s]\n"
    (folder / "pass.yaml").write_text(text, encoding="utf-8")

    result = _run(pytester, "scenarios", "--collect-only", "-q")

    result.stdout.fnmatch_lines(["scenarios/power/pass.yaml::pass?wait=1*s?",
                                 "scenarios/power/pass.yaml::pass?wait=2*s?"])  # fmt: skip


def test_collecting_only_opens_no_rig(pytester: pytest.Pytester, session: StubSession) -> None:
    """Nothing is made, nothing is written."""
    _write(pytester, ["pass"])

    result = _run(pytester, "scenarios", "--collect-only")

    assert result.ret == 0
    assert not session.out.exists()


@pytest.mark.usefixtures("session")
def test_a_broken_scenario_is_told_with_its_place_and_nothing_runs(
    pytester: pytest.Pytester,
) -> None:
    """File, line and column; exit status 2; no traceback."""
    _write(pytester, ["pass"])
    broken = STORY.format(tag="x").replace("hold: 1 s", "hold: 1 parsec")
    (pytester.path / "scenarios" / "power" / "broken.yaml").write_text(broken, encoding="utf-8")

    result = _run(pytester, "scenarios")

    assert result.ret == 2
    result.stdout.fnmatch_lines(["scenarios/power/broken.yaml:6:*parsec*"])
    assert "Traceback" not in result.stdout.str()
    assert "files.py" not in result.stdout.str()


def test_a_broken_rig_is_told_before_anything_runs(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit status 2, the rig's own error, no item played."""

    def refuse(config: Any, progress: Any) -> Any:
        raise RigError("rigs/lab.yaml:3:5: no driver 'quecktel'; did you mean 'quectel'?")

    monkeypatch.setattr(face, "new_session", refuse)
    _write(pytester, ["pass"])

    result = _run(pytester, "scenarios", "--rig", "rigs/lab.yaml")

    assert result.ret == 2
    result.stdout.fnmatch_lines(["*rigs/lab.yaml:3:5: no driver*"])


def test_reports_are_written_and_named(pytester: pytest.Pytester, session: StubSession) -> None:
    """The last thing on the screen is the table, the pace and the file to open."""
    _write(pytester, ["pass", "fail"])

    result = _run(pytester, "scenarios")

    result.stdout.fnmatch_lines([
        "*scenarios on rig stub*", "FAIL * power/fail *said fail", "PASS * power/pass*",
        "1 PASS, 1 FAIL", "120 s on the run's clock in 0.0 s, 3000 per wall second",
        "open out/dossier.html",
    ])  # fmt: skip
    runs = json.loads((session.out / "verdicts.json").read_text(encoding="utf-8"))["runs"]
    assert [run["verdict"] for run in runs] == ["FAIL", "PASS"]
    assert session.left


def test_an_interrupted_run_still_reports_what_it_has(
    pytester: pytest.Pytester, session: StubSession
) -> None:
    """Ctrl-C: the session is left, the reports are written, exit status 2."""
    _write(pytester, ["fail", "interrupt"])

    result = pytester.runpytest_inprocess(
        "-p", "no:hypothesispytest", "scenarios", no_reraise_ctrlc=True
    )

    assert result.ret == 2
    assert session.left
    assert (session.out / "verdicts.json").exists()


def test_reports_that_cannot_be_written_are_no_silent_success(
    pytester: pytest.Pytester, session: StubSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk at the end is told, and the run does not end with 0."""

    def full() -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(session, "finish", full)
    _write(pytester, ["pass"])

    result = _run(pytester, "scenarios")

    assert result.ret == 3
    result.stdout.fnmatch_lines(["ERROR: the reports could not be written: *No space left*"])


def test_without_scenarios_nothing_is_imported_or_said(pytester: pytest.Pytester) -> None:
    """Installed and unused, the plugin costs an import of itself and prints nothing."""
    pytester.makepyfile(
        """
        import sys

        def test_plain():
            heavy = ("harness.plugin.face", "harness.runner", "harness.files", "scapy", "jinja2")
            assert not [name for name in heavy if name in sys.modules]
        """
    )
    (pytester.path / "compose.yaml").write_text("services: {}\n", encoding="utf-8")

    result = pytester.runpytest_subprocess("-p", "no:cacheprovider", "-p", "no:hypothesispytest")

    assert result.ret == 0
    assert "harness" not in "".join(
        line for line in result.stdout.lines if not line.startswith(("plugins:", "rootdir"))
    )


@pytest.mark.parametrize(
    ("path", "text", "ours"),
    [
        ("scenarios/power/a.yaml", "id: X\n", True),
        ("scenarios/power/a.yaml", "", True),
        ("scenarios/power/a.yaml", "hosts: all\n", False),
        ("lessons/a.yaml", "when:\n- hold: 1 s\nthen: {}\n", True),
        ("lessons/a.yaml", "when: x\n", False),
        ("molecule/a.yaml", "dependency:\n  name: galaxy\n", False),
    ],
)
def test_only_files_that_look_like_scenarios_are_ours(
    tmp_path: Path, path: str, text: str, *, ours: bool
) -> None:
    """Other people's YAML is left alone; an empty scenario is not passed over."""
    file = tmp_path / path
    file.parent.mkdir(parents=True)
    file.write_text(text, encoding="utf-8")

    assert is_scenario(file) is ours


@pytest.mark.usefixtures("session")
def test_allure_pytest_sees_story_family_and_drawing(pytester: pytest.Pytester) -> None:
    """With --alluredir: FAIL is failed, ERROR is broken, the story is the description."""
    _write(pytester, ["pass", "fail", "error"])

    _run(pytester, "scenarios", "--alluredir", "res")

    results = {
        row["name"]: row
        for row in (
            json.loads(path.read_text(encoding="utf-8"))
            for path in (pytester.path / "res").glob("*-result.json")
        )
    }
    assert {name: row["status"] for name, row in results.items()} == {
        "pass": "passed", "fail": "failed", "error": "broken",
    }  # fmt: skip
    assert results["fail"]["description"] == "Nothing happens, and nobody minds."
    assert {"name": "feature", "value": "power"} in results["fail"]["labels"]
    assert {one["name"] for one in results["fail"]["attachments"]} >= {"timeline", "trace.jsonl"}
