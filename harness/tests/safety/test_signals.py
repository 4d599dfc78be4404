"""Whatever ends a run, the supply is off afterwards, and what was seen is kept.

Nothing here is simulated but the devices: the run is a process, the supply lives in another one and
is asked over a socket of our own.
"""

import json
import subprocess
from signal import SIGHUP, SIGINT, SIGKILL, SIGTERM, Signals

import pytest

from harness.files import carried
from harness.tests.safety.conftest import RIG, STORY
from harness.tests.safety.outside import Outside, ask, interrupt, is_off, over, wait_for

ARGUMENTS = ("scenarios", "--rig", "plain.yaml", "--out", "out")


def _held(outside: Outside, *command: str) -> subprocess.Popen[str]:
    run = outside.start(*command, *ARGUMENTS)
    wait_for(outside.here / "out/power-held/trace.jsonl", "fault_took_effect", run)
    return run


def _kept(outside: Outside) -> None:
    rows = outside.rows()
    assert [row["n"] for row in rows] == list(range(1, len(rows) + 1))
    ended = [row for row in rows if row["kind"] == "run_ended"]
    assert [row["reason"] for row in ended] == ["interrupted"]
    assert any(row["kind"] == "output" and row["on"] is False for row in rows)
    [(verdict, reason)] = outside.verdicts()
    assert verdict == "INCONCLUSIVE"
    assert "the run was cut off" in reason
    for name in ("junit.xml", "dossier.html"):
        assert (outside.here / "out" / name).stat().st_size > 100


@pytest.mark.parametrize(
    ("signals", "code"),
    [
        ((SIGTERM,), 143),
        ((SIGINT, SIGINT, SIGINT), 130),
        ((SIGHUP, SIGTERM, SIGHUP), 129),
    ],
    ids=lambda one: "+".join(s.name for s in one) if isinstance(one, tuple) else "",
)
def test_a_signal_in_mid_fault_leaves_the_supply_off(
    staged: Outside, supply: str, signals: tuple[Signals, ...], code: int
) -> None:
    """``harness run`` unwinds, says so in one line, keeps the evidence and ends truthfully."""
    run = _held(staged, "run")
    assert ask(supply, "OUTP? (@2)") == ["1"]  # else nothing is shown

    interrupt(run, *signals)
    ended = over(run)

    assert is_off(supply)
    assert ended.code == code
    assert "Traceback" not in ended.said
    assert ended.err.strip().splitlines()[-1].startswith("harness: interrupted")
    assert "power/held INCONCLUSIVE" in ended.out
    _kept(staged)


@pytest.mark.parametrize("signals", [(SIGTERM,), (SIGHUP, SIGINT)])
def test_pytest_is_as_safe(staged: Outside, supply: str, signals: tuple[Signals, ...]) -> None:
    """Pytest makes the supply safe, too, writes the reports and ends with its own 2."""
    run = _held(staged, "pytest")
    assert ask(supply, "OUTP? (@2)") == ["1"]

    interrupt(run, *signals)
    ended = over(run)

    assert is_off(supply)
    assert ended.code == 2, ended.said
    assert "Traceback" not in ended.said
    assert "INTERNALERROR" not in ended.said
    _kept(staged)


@pytest.mark.parametrize(
    ("face", "places"), [("run", ("injecting", "looking", "playing")), ("pytest", ("clearing",))]
)
def test_a_bug_in_a_fault_leaves_the_supply_off(
    staged: Outside, supply: str, face: str, places: tuple[str, ...]
) -> None:
    """A fault that raises anything is an ERROR; the next item is played, the supply is off."""
    (staged.here / "scenarios/power/held.yaml").unlink()
    for place in (*places, "nowhere"):
        story = STORY.format(breaks=place, hold="200 ms", then="{breaks: nowhere}")
        staged.write(f"scenarios/power/{place}.yaml", story.replace("T-1", f"T-{place}"))

    ended = staged.run(face, *ARGUMENTS)

    assert is_off(supply)
    assert ended.code == 3, ended.said
    assert "Traceback" not in ended.said
    told = dict(zip(sorted((*places, "nowhere")), staged.verdicts(), strict=True))
    assert told.pop("nowhere")[0] == "PASS"
    for place, (verdict, reason) in told.items():
        assert verdict == "ERROR"
        assert f"ZeroDivisionError: a bug while {place}" in reason
        folder = staged.here / "out" / f"power-{place}"
        assert "planted.py" in (folder / "traceback.txt").read_text("utf-8")
        rows = [json.loads(row) for row in (folder / "trace.jsonl").read_text("utf-8").splitlines()]
        assert [row["on"] for row in rows if row["kind"] == "output"][-1] is False
    for file in (staged.here / "out").rglob("*"):
        assert file.is_dir() or b"4111 1111 1111 1111" not in file.read_bytes(), file
    assert "4111 1111 1111 1111" not in ended.said


def test_a_bug_in_a_driver_leaves_the_supply_off(staged: Outside, supply: str) -> None:
    """A driver that raises what is no BenchError is an ERROR, and its device is made safe."""
    staged.write("plain.yaml", RIG.format(driver="broken_supply", supply=supply))

    ended = staged.run("run", *ARGUMENTS)

    assert is_off(supply)
    assert ended.code == 3
    assert "Traceback" not in ended.said
    [(verdict, reason)] = staged.verdicts()
    assert verdict == "ERROR"
    assert "nobody thought of this" in reason
    assert "planted.py" in (staged.here / "out/power-held/traceback.txt").read_text("utf-8")


def test_a_judge_that_breaks_is_no_pass(staged: Outside, supply: str) -> None:
    """A broken judge is ERROR for its item, live and when judged again, and stops nothing."""
    places = ["watch", "on", "conclude", "deadline", "verdict"]
    (staged.here / "scenarios/power/held.yaml").unlink()
    for n, place in enumerate(places):
        story = STORY.format(breaks="nowhere", hold="200 ms", then=f"{{breaks: {place}}}")
        staged.write(f"scenarios/power/held{n}.yaml", story.replace("T-1", f"T-{n}"))

    ended = staged.run("run", *ARGUMENTS)
    again = staged.run("judge", "out", "--json")

    assert is_off(supply)
    assert (ended.code, again.code) == (3, 3)
    assert "Traceback" not in ended.said + again.said
    told, told_again = staged.verdicts(), json.loads(again.out)["runs"]
    assert len(told) == len(told_again) == len(places)
    for n, place in enumerate(places):
        verdict, reason = told[n]
        assert (verdict, told_again[n]["verdict"]) == ("ERROR", "ERROR")
        assert f"broken {place}" in reason
        folder = staged.here / f"out/power-held{n}"
        assert "bench_error" not in (folder / "trace.jsonl").read_text("utf-8").splitlines()[-1]
        assert (folder / "traceback.txt").exists()


def test_a_killed_run_leaves_a_trace_that_is_no_pass(staged: Outside, supply: str) -> None:
    """After SIGKILL the trace is judged INCONCLUSIVE, and the next run begins by switching off."""
    run = _held(staged, "run")

    interrupt(run, SIGKILL)
    over(run)
    judged = staged.run("judge", "out")
    short = STORY.format(breaks="nowhere", hold="200 ms", then="{breaks: nowhere}")
    staged.write("scenarios/power/held.yaml", short)
    after = staged.run("run", "scenarios", "--rig", "plain.yaml", "--out", "next")

    assert judged.code == 3
    assert "INCONCLUSIVE" in judged.out
    assert "Traceback" not in judged.said
    assert after.code == 0, after.said
    assert is_off(supply)


def test_a_second_run_on_the_same_supply_is_refused(staged: Outside, supply: str) -> None:
    """Who holds the instrument and since when is said; the first run is not disturbed."""
    run = _held(staged, "run")
    second = staged.run("run", "scenarios", "--rig", "plain.yaml", "--out", "second")

    assert second.code == 3
    assert f"process {run.pid} drives rig 'plain' since 20" in second.out.replace("\n", " ")
    assert "Traceback" not in second.said
    assert ask(supply, "OUTP? (@2)") == ["1"]
    interrupt(run, SIGINT)
    assert over(run).code == 130
    assert is_off(supply)


@pytest.mark.parametrize("number", [SIGINT, SIGTERM])
def test_a_virtual_run_ends_as_truthfully(outside: Outside, number: Signals) -> None:
    """Ctrl-C in virtual time keeps what was played, the item it hit included."""
    data = carried("scenarios", "data")
    stories = ("exhausted_by_reset", "exhausted_between_sales", "host_away_for_an_hour")
    run = outside.start("run", *(str(data / f"{one}.yaml") for one in stories), "--out", "out")
    wait_for(outside.here / "out" / "data-exhausted_between_sales" / "trace.jsonl", "healing", run)

    interrupt(run, number)
    ended = over(run)

    assert ended.code == 128 + number
    assert "Traceback" not in ended.said
    told = outside.verdicts()
    folders = list((outside.here / "out").glob("*/trace.jsonl"))
    assert len(told) == len(folders) > 1
    assert {verdict for verdict, _ in told[:-1]} == {"PASS"}
    assert told[-1][0] in ("INCONCLUSIVE", "PASS")
