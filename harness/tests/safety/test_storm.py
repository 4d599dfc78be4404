"""A storm of kills: whatever ends a run, and whenever, the supply goes off and that is verified.

The supply lives in another process that survives, and is asked over a socket of our own. A few
kills in every run of the tests; ``HARNESS_STORM=200`` (``tox -e storm``) for the whole storm.
"""

import math
import os
import random
from signal import SIGHUP, SIGINT, SIGKILL, SIGTERM, Signals

from harness.tests.safety.conftest import RIG
from harness.tests.safety.outside import CLOCK, Outside, is_off, over
from harness.tests.safety.watched import told, until_journal, until_settled, watching

KILLS = int(os.environ.get("HARNESS_STORM", "2"))
STORY = """\
id: T-2
story: The supply is never left alone.
given: {terminal: off}
when:
  - inject: {held_on: {breaks: nowhere}}
  - inject: {power_dip: {to: 60 %, lasting: 200 ms}, as: dip}
  - hold: 400 ms
  - inject: {power_ramp: {to: 70 %, down: 300 ms, up: 300 ms}}
  - hold: 400 ms
  - inject: {power_cut: {lasting: 200 ms}}
  - hold: 300 ms
  - inject: {power_dip: {to: 40 %, lasting: 500 ms}, as: deep}
  - hold: 60 s
then: {breaks: nowhere}
"""


def one_kill(outside: Outside, supply: str, number: Signals, delay: float, out: str) -> float:
    """Kill a run ``delay`` s after it could first energise; s from there to off, NaN if it was."""
    run = outside.start("run", "scenarios", "--rig", "plain.yaml", "--out", out)
    until_journal(outside, run)
    with watching(supply) as watcher:
        CLOCK.sleep(delay)
        was_on = watcher.on()
        killed = CLOCK.now()
        run.send_signal(number)
        off = until_settled(outside, supply, watcher)
        ended = over(run)
        assert not watcher.on()
    assert is_off(supply), ended.said
    assert ended.code == (-SIGKILL if number == SIGKILL else 128 + number), ended.said
    assert "Traceback" not in ended.said
    return off - killed if was_on else float("nan")


def test_the_supply_is_off_after_every_kill(staged: Outside, supply: str) -> None:
    """SIGKILL, SIGTERM, SIGHUP and SIGINT at random instants: off and verified every time."""
    chance = random.Random(int(os.environ.get("HARNESS_SEED", "1")))
    staged.write("plain.yaml", RIG.format(driver="keysight_e36300", supply=supply))
    staged.write("scenarios/power/held.yaml", STORY)
    kinds = [(SIGKILL, SIGTERM, SIGINT, SIGHUP)[n % 4] for n in range(KILLS)]
    chance.shuffle(kinds)

    times: dict[Signals, list[float]] = {kind: [] for kind in kinds}
    for n, kind in enumerate(kinds):
        delay = chance.uniform(0.0, 2.5)
        went = one_kill(staged, supply, kind, delay, f"out{n}")
        if not math.isnan(went):
            times[kind].append(went)

    for kind, seconds in times.items():
        told(f"from {kind.name} to off", seconds)
    every = [one for seconds in times.values() for one in seconds]
    told(f"{KILLS} kills, off and verified {KILLS} times; from kill to off", every)
    assert any(times.values()) or KILLS < 4, "it was never on: nothing is shown"
