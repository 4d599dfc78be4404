"""The ``harness`` command, as a person and as a program see it."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click
import jsonschema
import pytest

from harness import prove as proving
from harness import runner
from harness.cli import Lazy, harness, main
from harness.errors import BenchError
from harness.files import carried
from harness.model.played import Played
from harness.model.scenario import Scenario
from harness.model.trace import Trace
from harness.model.verdict import Outcome, Verdict
from harness.prove import planted
from harness.report.verdicts import SCHEMA
from harness.rig import signals
from harness.tests.patience import LIMIT

STORY = """\
id: T-1
story: Nothing happens.
tags: [quick]
when:
  - hold: 1 s
then:
  recovers: {to: ready, within: 90 s}
"""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _write(here: Path, names: Sequence[str], text: str = STORY) -> None:
    folder = here / "scenarios" / "power"
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")


@pytest.fixture
def named_after_verdicts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sessions give each scenario the verdict its file is named after."""

    def play(self: runner.Session, scenario: Scenario) -> Played:
        word = Path(scenario.path).stem
        if word == "interrupt":
            raise KeyboardInterrupt
        if word == "sigterm":
            raise signals.Interrupted("SIGTERM")
        outcome = Outcome[word.upper()]
        why = f"said {word}"
        skipped = why if outcome is Outcome.SKIPPED else ""
        verdict = Verdict(outcome, why)
        played = Played(scenario, verdict, Trace(), self.out / word, 60.0, 0.1, skipped=skipped)
        self.played.append(played)
        return played

    monkeypatch.setattr(runner.Session, "play", play)


@pytest.mark.usefixtures("named_after_verdicts")
@pytest.mark.parametrize(
    ("names", "status"),
    [(["pass", "skipped"], 0), (["pass", "fail", "error"], 1), (["pass", "inconclusive"], 3),
     (["error"], 3), (["skipped"], 0)],
)  # fmt: skip
def test_run_ends_as_its_verdicts_do(here: Path, names: list[str], status: int) -> None:
    """0 all good, 1 the terminal failed, 3 only bench or evidence did."""
    _write(here, names)

    assert main(["run", "--out", "out"]) == status
    assert (here / "out" / "dossier.html").exists()


@pytest.mark.usefixtures("named_after_verdicts")
def test_run_prints_json_and_nothing_else_on_standard_output(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A program reads one document; what is for people goes to standard error."""
    _write(here, ["pass", "fail"])

    main(["run", "--json", "--out", "out"])

    said = capsys.readouterr()
    plain = json.loads(said.out)
    jsonschema.validate(plain, SCHEMA)
    assert {run["verdict"] for run in plain["runs"]} == {"PASS", "FAIL"}
    assert plain == json.loads((here / "out" / "verdicts.json").read_text(encoding="utf-8"))
    assert "open out/dossier.html" in said.err


@pytest.mark.usefixtures("named_after_verdicts")
@pytest.mark.parametrize(("name", "status"), [("interrupt", 130), ("sigterm", 143)])
def test_an_interrupted_run_reports_what_it_has(
    here: Path, capsys: pytest.CaptureFixture[str], name: str, status: int
) -> None:
    """Ctrl-C and SIGTERM end cleanly, with the signal's own status."""
    _write(here, ["fail", name])

    assert main(["run", "--out", "out"]) == status
    assert len(json.loads((here / "out" / "verdicts.json").read_text("utf-8"))["runs"]) == 1
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["run", "nowhere.yaml"], "nowhere.yaml"),
        (["run", "--rig", "nowhere.yaml"], "nowhere.yaml"),
        (["run", "--tag", "nosuch"], "no scenario has the tag 'nosuch'"),
        (["run", "--seed", "x"], "--seed"),
        (["run", "--nonsense"], "--nonsense"),
        (["judge", "nowhere"], "nowhere"),
        (["judge", "."], "no run here"),
        (["prove", "--defect", "fsync_missin"], "did you mean 'fsync_missing'?"),
        (["simulate", "modm"], "did you mean 'modem'?"),
        (["simulate", "--listen", "host"], "wanted ROLE=HOST:PORT"),
        (["simulate", "--listen", "host/tls=8.8.8.8:5001"], "is a public address"),
        (["schema", "rigs"], "rigs"),
        (["frobnicate"], "frobnicate"),
    ],
)
def test_usage_errors_end_with_2_and_a_sentence(
    here: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    """What was seen and what was wanted; no traceback, nothing ran."""
    _write(here, ["pass"])

    assert main(arguments) == 2

    told = capsys.readouterr().err
    assert said in told
    assert "Traceback" not in told
    assert not (here / "reports").exists()


def test_check_names_every_error_with_its_place(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Scenarios and rig in one go, file:line:column each."""
    _write(here, ["good"])
    _write(here, ["bad"], STORY.replace("hold: 1 s", "hold: 1 parsec"))
    _write(here, ["worse"], STORY.replace("then:", "den:"))
    (here / "rig.yaml").write_text("rig: x\nclock: vertical\n", encoding="utf-8")

    status = main(["check", "--rig", "rig.yaml"])

    told = capsys.readouterr().err
    assert status == 2
    for place in ("bad.yaml:5:", "worse.yaml:6:", "rig.yaml:2:"):
        assert place in told


def test_check_says_what_would_be_skipped(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A rig without a supply cannot cut the power."""
    _write(here, ["cut"], STORY.replace("hold: 1 s", "inject: {power_cut: {lasting: 1 s}}"))
    rig = carried("rigs", "virtual.yaml").read_text(encoding="utf-8")
    lines = [line for line in rig.splitlines() if not line.startswith("supply:")]
    (here / "rig.yaml").write_text("\n".join(lines), encoding="utf-8")

    status = main(["check", "--rig", "rig.yaml"])

    assert status == 0
    assert "would be skipped: scenarios/power/cut.yaml" in capsys.readouterr().out


def test_the_carried_catalogue_is_in_order(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without a scenarios folder, check reads what the package carries."""
    assert main(["check"]) == 0
    *skipped, last = capsys.readouterr().out.strip().splitlines()
    assert last.startswith("ok: ")
    assert all(line.startswith("would be skipped: ") for line in skipped)


@pytest.mark.parametrize("what", [[], ["--faults"], ["--words"]])
def test_scenarios_are_listed_for_people_and_for_programs(
    here: Path, capsys: pytest.CaptureFixture[str], what: list[str]
) -> None:
    """Every listing has its JSON."""
    shutil.copytree(carried("scenarios", "host"), here / "scenarios" / "host")

    assert main(["scenarios", *what]) == 0
    people = capsys.readouterr().out
    assert main(["scenarios", "--json", *what]) == 0

    rows = json.loads(capsys.readouterr().out)

    assert rows
    first = next(iter(rows[0].values()))
    assert str(first) in people


def test_words_come_with_their_keys(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A fault's keys are its YAML keys, nothing internal."""
    main(["scenarios", "--faults", "--json"])

    rows = {row["word"]: row for row in json.loads(capsys.readouterr().out)}

    assert rows["power_cut"]["keys"] == ["lasting"]
    assert rows["power_cut"]["says"]
    assert rows["names_fail"]["choices"] == {"mode": ["silent", "refused", "unknown", "hijack"]}
    main(["scenarios", "--faults"])
    assert "mode: silent | refused | unknown | hijack\n" in capsys.readouterr().out


def test_the_schema_of_verdicts_is_the_one_that_is_tested(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """``harness schema verdicts`` prints it whole."""
    assert main(["schema", "verdicts"]) == 0
    assert json.loads(capsys.readouterr().out) == SCHEMA


@pytest.mark.parametrize(
    "command",
    ["run", "judge", "prove", "check", "scenarios", "schema", "simulate", "init"],
)
def test_help_teaches_by_example(capsys: pytest.CaptureFixture[str], command: str) -> None:
    """Every command shows how it is called."""
    assert main([command, "--help"]) == 0
    assert f"harness {command}" in capsys.readouterr().out.split("Options:")[0].split("\n", 2)[2]


def test_the_list_of_commands_tells_what_each_tells_itself() -> None:
    """``harness --help`` imports no command, and still says how its help begins."""
    for name, (_, said) in Lazy.HOMES.items():
        command = harness.get_command(click.Context(harness), name)
        assert command is not None
        assert (command.help or "").split("\n\n")[0] == said


def test_init_writes_a_starter_that_checks_and_overwrites_nothing(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Catalogue, rig, lesson, pytest.ini; what the user has changed stays."""
    assert main(["init", "demo"]) == 0
    changed = here / "demo" / "pytest.ini"
    changed.write_text("[pytest]\n# mine\n", encoding="utf-8")
    (here / "demo" / "rigs" / "virtual.yaml").unlink()

    assert main(["init", "demo"]) == 0

    told = capsys.readouterr().out
    assert "left as it was: demo/pytest.ini" in told
    assert "# mine" in changed.read_text(encoding="utf-8")
    assert (here / "demo" / "rigs" / "virtual.yaml").exists()
    assert (here / "demo" / "rigs" / "virtual_dual.yaml").exists()
    starter = ["demo/scenarios/host", "demo/lessons", "--rig", "demo/rigs/virtual.yaml"]
    assert main(["check", *starter]) == 0
    assert _stories(here / "demo" / "scenarios") == _stories(carried("scenarios"))


def _stories(folder: Path) -> dict[str, bytes]:
    """All files of stories, by their names below the folder."""
    return {str(one.relative_to(folder)): one.read_bytes() for one in folder.rglob("*.yaml")}


def test_prove_fails_when_a_defect_escapes(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The published shape, and a status that CI can rely on."""
    caught = proving.Catch("invariant 2", [("power/cut", "journal_intact")])
    proof = proving.Proof({"fsync_missing": caught, "reboot_loop": proving.Catch("")}, [], played=3)
    monkeypatch.setattr(proving, "prove", lambda *_, **__: proof)

    assert main(["prove", "--json"]) == 1
    plain = json.loads(capsys.readouterr().out)
    by = {row["name"]: (row["breaks"], row["caught_by"]) for row in plain["defects"]}
    assert by["fsync_missing"] == ("invariant 2", ["power/cut: journal_intact"])
    assert by["reboot_loop"] == ("", [])
    assert plain["reference_failures"] == 0

    assert main(["prove"]) == 1
    shown = capsys.readouterr().out
    assert "ESCAPED reboot_loop" in shown
    assert "caught  fsync_missing  invariant 2   1  journal_intact" in shown
    assert "another clause" not in shown


def test_prove_says_who_caught_it_and_what_broke() -> None:
    """By a clause of an invariant that it breaks, or by another; and what had no verdict."""
    own = proving.Catch("invariants 2 and 13", [("power/cut", "receipt_needs_journal")])
    other = proving.Catch("invariant 9", [("host/lost", "recovers to ready")])
    hung = proving.Catch("invariant 9", broke=["host/lost: not over after 300 s of wall time"])
    proof = proving.Proof({"own": own, "other": other, "hung": hung}, [], played=1)
    rows = {row["name"]: row for row in proof.plain()["defects"]}

    assert [rows[name]["by_another_clause"] for name in rows] == [False, True, False]
    assert rows["hung"]["broke"]
    assert proof.escaped == ["hung"]
    assert not proving.Catch("K-7", [("reader/bad_stripe", "survives first")]).elsewhere


def test_every_defect_says_what_it_breaks() -> None:
    """The matrix names the clause meant beside the clauses that caught it."""
    assert [name for name in planted.defects() if not planted.breaks(name)] == []
    assert planted.breaks("fsync_missing") == "invariants 2 and 13"
    assert planted.defects(["none"]) == []


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (BenchError("the supply is not off"), 3, "harness: the bench: the supply is not off"),
        (OSError(28, "No space left on device", "out/x"), 3, "out/x: No space left on device"),
    ],
)
def test_a_broken_bench_or_a_full_disk_is_a_sentence(
    here: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    status: int,
    said: str,
) -> None:
    """No traceback, and never 0."""

    def fail(*_: Any, **__: Any) -> None:
        raise error

    monkeypatch.setattr(proving, "prove", fail)

    assert main(["prove"]) == status
    assert said in capsys.readouterr().err


def test_a_real_run_and_its_second_judging_agree(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One scenario of the catalogue on the virtual rig; judge needs nothing but the traces."""
    story = carried("scenarios", "reader", "mute_chip.yaml")

    status = main(["run", str(story), "--out", "out", "--json"])
    first = json.loads(capsys.readouterr().out)
    again_status = main(["judge", "out", "--json"])
    again = json.loads(capsys.readouterr().out)

    assert again_status == status
    assert [
        (run["id"], run["verdict"], run["clauses"], run["folder"]) for run in again["runs"]
    ] == [(run["id"], run["verdict"], run["clauses"], run["folder"]) for run in first["runs"]]


@pytest.fixture
def simulated() -> Iterator[subprocess.Popen[str]]:
    """``harness simulate`` in a process of its own."""
    command = [sys.executable, "-c", "import sys; from harness.cli import main; sys.exit(main())"]
    process = subprocess.Popen(
        [*command, "simulate", "supply", "--terminal", "none", "--json"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ},
    )  # fmt: skip
    yield process
    if process.poll() is None:
        process.kill()
    process.communicate()


@pytest.mark.parametrize(("sent", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_simulate_prints_addresses_and_ends_on_a_signal(
    simulated: subprocess.Popen[str], sent: signal.Signals, status: int
) -> None:
    """The address is real; the signal leaves neither a traceback nor a process."""
    assert simulated.stdout is not None
    addresses = json.loads(simulated.stdout.readline())
    assert addresses["supply"].startswith("TCPIP0::127.0.0.1::")

    simulated.send_signal(sent)
    _, told = simulated.communicate(timeout=LIMIT)

    assert simulated.returncode == status
    assert "Traceback" not in told
