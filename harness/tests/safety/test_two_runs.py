"""Two runs on one bench: never two drivers on one instrument, and a lock is free when it should be.

A few double starts in every run of the tests; ``HARNESS_STORM=100`` or more for a hundred.
"""

import fcntl
import os
import subprocess
from pathlib import Path
from signal import SIGCONT, SIGKILL, SIGSTOP

import pytest

from harness.rig.lock import runtime_folder, stem_of
from harness.tests.patience import LIMIT
from harness.tests.safety.conftest import RIG, STORY
from harness.tests.safety.outside import CLOCK, Outside, is_off, over, wait_for
from harness.tests.safety.watched import counted, told, until_settled, watching

STARTS = min(100, int(os.environ.get("HARNESS_STORM", "1")))
RUN = ("run", "scenarios", "--rig", "plain.yaml")


def first_over(
    runs: list[subprocess.Popen[str]], within: float = 4 * LIMIT
) -> subprocess.Popen[str]:
    """The run that ends first."""
    limit = CLOCK.now() + within
    while CLOCK.now() < limit:
        for run in runs:
            if run.poll() is not None:
                return run
        CLOCK.sleep(0.01)
    raise AssertionError("both drive the bench")


def free_after(lock: Path, since: float) -> float:
    """When the lock can be had, s after ``since``."""
    with lock.open("r+") as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                assert CLOCK.now() < since + LIMIT, "the lock is never free"
                CLOCK.sleep(0.0005)
            else:
                return CLOCK.now() - since


def test_never_two_drivers_on_one_instrument(staged: Outside, supply: str) -> None:
    """Of two started at once one is told who has it since when; a killed one's lock is free."""
    free: list[float] = []
    with counted(supply) as relay, watching(supply) as watcher:
        staged.write("plain.yaml", RIG.format(driver="keysight_e36300", supply=relay.resource))
        lock = runtime_folder() / f"{stem_of(relay.resource)}.lock"
        for n in range(STARTS):
            runs = [staged.start(*RUN, "--out", f"out{n}{side}") for side in "ab"]
            loser = first_over(runs)
            winner = next(run for run in runs if run is not loser)
            refused = over(loser)
            said = " ".join(refused.out.split())
            assert refused.code == 3, refused.said
            assert f"process {winner.pid} drives rig 'plain' since 20" in said
            assert "s). Wait for it" in said
            out = staged.here / f"out{n}{'ab'[runs.index(winner)]}"
            wait_for(out / "power-held/trace.jsonl", "fault_took_effect", winner)

            killed = CLOCK.now()
            winner.send_signal(SIGKILL)
            free.append(free_after(lock, killed))
            over(winner)
            until_settled(staged, relay.resource, watcher)
            assert relay.most == 1
            assert "off and verified" in (out / "power-held/guardian.log").read_text("utf-8")
        assert relay.spoke == 2 * STARTS  # a run and its guardian, one after the other
    told(f"{STARTS} double starts, one driver at a time; from SIGKILL to a free lock", free)
    assert is_off(supply)


def test_a_run_waits_for_the_guardian_of_a_dead_one(staged: Outside, supply: str) -> None:
    """The lock is free, the instrument is not: the next run says so and begins when it is off."""
    with counted(supply) as relay:
        staged.write("plain.yaml", RIG.format(driver="keysight_e36300", supply=relay.resource))
        first = staged.start(*RUN, "--out", "first")
        wait_for(staged.here / "first/power-held/trace.jsonl", "fault_took_effect", first)
        [guardian] = children_of(first.pid)
        os.kill(guardian, SIGSTOP)
        first.send_signal(SIGKILL)
        over(first)
        short = STORY.format(breaks="nowhere", hold="200 ms", then="{breaks: nowhere}")
        staged.write("scenarios/power/held.yaml", short)
        try:
            second = staged.start(*RUN, "--out", "second")
            assert second.stderr is not None
            said = second.stderr.readline()
        finally:
            os.kill(guardian, SIGCONT)
        ended = over(second)

        assert relay.most == 1
    assert ended.code == 0, ended.said
    assert "the guardian of a run that died is switching it off; waiting" in said
    assert is_off(supply)


def test_force_asks_the_holder_and_takes_over_when_it_has_let_go(
    staged: Outside, supply: str
) -> None:
    """The holder is told to stop and leaves its bench safe; then the forced run begins."""
    with counted(supply) as relay:
        staged.write("plain.yaml", RIG.format(driver="keysight_e36300", supply=relay.resource))
        first = staged.start(*RUN, "--out", "first")
        wait_for(staged.here / "first/power-held/trace.jsonl", "fault_took_effect", first)
        short = STORY.format(breaks="nowhere", hold="200 ms", then="{breaks: nowhere}")
        staged.write("scenarios/power/held.yaml", short)

        second = staged.run(*RUN, "--out", "second", "--force")

        assert over(first).code == 143
        assert relay.most == 1
    assert second.code == 0, second.said
    assert f"process {first.pid} drives rig 'plain'" in second.err
    assert "asked to stop (SIGTERM)" in second.err
    assert "interrupted" in [row.get("reason") for row in staged.rows("first")]
    assert is_off(supply)


@pytest.mark.skipif("HARNESS_STORM" not in os.environ, reason="ten seconds; see test_guardian")
def test_a_stopped_run_is_ended_by_its_guardian(staged: Outside, supply: str) -> None:
    """SIGSTOP: after ten seconds without a sign of life it is killed and the supply goes off."""
    run = staged.start(*RUN, "--out", "out")
    wait_for(staged.here / "out/power-held/trace.jsonl", "fault_took_effect", run)
    with watching(supply) as watcher:
        stopped = CLOCK.now()
        run.send_signal(SIGSTOP)
        CLOCK.sleep(1)
        assert watcher.on()
        off = until_settled(staged, supply, watcher, within=30)
    told("from SIGSTOP to off", [off - stopped])
    assert over(run).code == -SIGKILL
    assert 8 < off - stopped < 15
    log = (staged.here / "out/power-held/guardian.log").read_text("utf-8")
    assert "silent for 10 s" in log
    assert "off and verified, at try 1" in log


@pytest.mark.parametrize("number", [SIGKILL])
def test_a_run_whose_guardian_dies_ends_safely(staged: Outside, supply: str, number: int) -> None:
    """Nobody would switch off in its stead: the run ends as an ERROR, and the supply is off."""
    run = staged.start(*RUN, "--out", "out")
    wait_for(staged.here / "out/power-held/trace.jsonl", "fault_took_effect", run)
    [guardian] = children_of(run.pid)

    os.kill(guardian, number)
    ended = over(run)

    assert ended.code == 3, ended.said
    assert is_off(supply)
    [(verdict, reason)] = staged.verdicts()
    assert verdict == "ERROR"
    assert "guardian process of this run has died" in reason
    assert not list(staged.here.glob("state/*/*.journal"))
    assert not list(staged.here.glob("state/*/*.quarantine"))


def children_of(pid: int) -> list[int]:
    """Its child processes."""
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
