"""Lines of the terminal that hold back, lose or repeat what it says, in whole stories.

Found by playing every register's driver and the console against such lines: by these, a terminal
that does all it should ended in a FAIL.
"""

import itertools
import random
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import pytest

from harness.model.verdict import Outcome
from harness.sim.bench import Bench
from harness.tests.safety.tapped import Bend, Tapped
from harness.tests.safety.whole_story import VIRTUAL, played_on

USUAL = next(line for line in VIRTUAL.splitlines() if line.startswith("terminal:"))
WORDS = "personality: countertop, currency: CNY"
#: Line -> what of the rig file talks over it; None for what the rig has in any case.
LINES: Mapping[str, str | None] = {
    "terminal/ecr": None,
    "terminal/console": None,
    "terminal/zvt_serial": f"driver: zvt, framing: serial, {WORDS}",
    "terminal/nexo": f"driver: nexo, {WORDS}",
    "terminal/nexo_http": f"driver: nexo, transport: http, {WORDS}",
    "terminal/concert": "driver: concert",
    "terminal/frames": "driver: frames, profile: mispos_bcd, personality: countertop",
}


def _late(seconds: float) -> Bend:
    return lambda chunk: [(seconds, chunk)]


def _twice() -> Bend:
    return lambda chunk: [(0.0, chunk), (0.0, chunk)]


def _lossy() -> Bend:
    """One chunk in ten is lost."""
    chance = random.Random(2)
    return lambda chunk: [] if chance.random() < 0.1 else [(0.0, chunk)]


def _in_disorder() -> Bend:
    """Each third chunk comes behind the next."""
    count = itertools.count()
    return lambda chunk: [(0.0 if next(count) % 3 else 0.4, chunk)]


def _bytes_lost() -> Bend:
    """Three bytes in a thousand."""
    chance = random.Random(1)
    return lambda chunk: [(0.0, bytes(one for one in chunk if chance.random() > 0.003))]


def _loose() -> Bend:
    """A plug that is loose: now and then a dozen lines are lost."""
    chance, left = random.Random(1), [0]

    def bend(chunk: bytes) -> list[tuple[float, bytes]]:
        if not left[0] and chance.random() < 0.05:
            left[0] = 12
        left[0] = max(0, left[0] - 1)
        return [] if left[0] else [(0.0, chunk)]

    return bend


BENDS: Mapping[str, Callable[[], Bend]] = {
    "late by 2": partial(_late, 2.0), "late by 7": partial(_late, 7.0),
    "late by 30": partial(_late, 30.0), "twice": _twice, "lossy": _lossy,
    "in disorder": _in_disorder, "dead": lambda: lambda _: [],
    "bytes lost": _bytes_lost, "loose": _loose,
}  # fmt: skip
PAPER, GAP, LOST = (
    "peripherals/printer_not_ready",
    "signal/short_gap",
    "host/result_lost_at_register",
)
DECLINED, ABORTED = "host/answer_declined", "operator/register_aborts"
#: Line, what it does, since when, the story. What is late from a sale on is so in its middle.
CELLS = [
    ("terminal/ecr", "late by 7", 18.61, PAPER),
    ("terminal/ecr", "late by 7", 19.8, PAPER),
    ("terminal/ecr", "late by 7", 13.61, ABORTED),
    ("terminal/ecr", "late by 7", 14.75, LOST),
    ("terminal/ecr", "late by 30", 46.59, GAP),
    ("terminal/ecr", "late by 7", 48.96, GAP),
    ("terminal/ecr", "twice", 14.8, DECLINED),
    ("terminal/ecr", "lossy", 18.53, PAPER),
    ("terminal/ecr", "lossy", 18.61, PAPER),
    ("terminal/ecr", "in disorder", 15.05, LOST),
    ("terminal/zvt_serial", "late by 7", 19.75, PAPER),
    ("terminal/zvt_serial", "late by 2", 13.61, ABORTED),
    ("terminal/zvt_serial", "late by 30", 25.1, LOST),
    ("terminal/nexo", "lossy", 46.53, GAP),
    ("terminal/nexo", "lossy", 46.55, GAP),
    ("terminal/nexo", "lossy", 18.53, PAPER),
    ("terminal/nexo", "late by 30", 46.55, GAP),
    ("terminal/nexo_http", "late by 30", 49.0, GAP),
    ("terminal/concert", "late by 30", 14.75, DECLINED),
    ("terminal/frames", "late by 30", 46.55, GAP),
    ("terminal/console", "late by 7", 14.8, DECLINED),
    ("terminal/console", "twice", 14.8, DECLINED),
    ("terminal/console", "dead", 14.1, DECLINED),
    ("terminal/console", "bytes lost", 15.1, "reader/pulled_after_approval"),
    ("terminal/console", "bytes lost", 18.3, "ageing/batch_full"),
    ("terminal/console", "loose", 13.6, DECLINED),
    ("terminal/console", "loose", 15.1, LOST),
    ("terminal/console", "loose", 15.1, "host/refund_refused"),
    ("terminal/console", "loose", 21.4, "ageing/batch_full"),
]
#: Planted bug, the line that is ill beside it, what the line does, the story, and the clause that
#: fails by what the host alone has seen.
PROVED = [
    ("contactless_charged_twice", "terminal/console", "late by 7", "reader/tap_and_go",
     "exactly_once"),
    ("second_debt_dropped", "terminal/console", "late by 2", "host/owed_twice", "exactly_once"),
    ("reversal_after_next_sale", "terminal/console", "dead", "host/silent_then_back",
     "reversal_before_next_sale"),
    ("reversal_of_void_as_sale", "terminal/console", "loose", "host/void_unanswered",
     "reversal_carries_original"),
    ("refused_keys_kept", "terminal/console", "late by 7", "host/keys_refused", "signs_on_again"),
    ("stan_reset_by_new_batch", "terminal/ecr", "lossy", "operator/taken_back",
     "stan_never_reused"),
    ("upload_left_out", "terminal/ecr", "lossy", "host/unbalanced", "totals_agree"),
    ("contactless_charged_twice", "terminal/ecr", "lossy", "reader/tap_and_go", "exactly_once"),
]  # fmt: skip


@pytest.mark.parametrize(("line", "how", "since", "story"), CELLS)
def test_a_line_that_tells_half(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    line: str, how: str, since: float, story: str,
) -> None:  # fmt: skip
    """Line and others contradict: never a FAIL, never a PASS, and an ERROR says what to look at."""
    own = LINES[line]
    rig = (
        VIRTUAL.replace(USUAL, f'terminal: {{{own}, address: "sim://{line}"}}') if own else VIRTUAL
    )
    make = partial(Tapped, device=line, bend=BENDS[how](), since=since)

    played, bench = played_on(make, tmp_path, monkeypatch, story, rig=rig)

    verdict = played.verdict
    assert verdict.outcome in (Outcome.ERROR, Outcome.INCONCLUSIVE), verdict.reason
    assert "?" in verdict.reason or verdict.outcome is Outcome.INCONCLUSIVE
    assert bench.rail.volts() < 0.5


@pytest.mark.parametrize(("defect", "line", "how", "story", "clause"), PROVED)
def test_what_the_host_proves_stands_whatever_a_line_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    defect: str, line: str, how: str, story: str, clause: str,
) -> None:  # fmt: skip
    """The terminal failed, and its line is ill besides; a good one does not fail for its line."""
    bad, good = (
        played_on(
            partial(Tapped, device=line, bend=BENDS[how](), since=15.1), tmp_path, monkeypatch,
            story, defects=defects,
        )[0].verdict
        for defects in ((defect,), ())
    )  # fmt: skip

    assert bad.outcome is Outcome.FAIL, bad.reason
    assert clause in [row.clause for row in bad.clauses if row.outcome is Outcome.FAIL]
    assert "not to be believed" in next(r.reason for r in bad.clauses if r.clause == "staged")
    assert good.outcome is not Outcome.FAIL, good.reason


def test_a_terminal_that_is_slow_itself_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its display is as late as its answers: nobody contradicts it."""
    played, _ = played_on(
        Bench, tmp_path, monkeypatch, DECLINED, defects=("register_answered_late",)
    )

    assert played.verdict.outcome is Outcome.FAIL, played.verdict.reason
    assert "recovers to ready: no sale was approved" in played.verdict.reason


def test_a_terminal_whose_display_freezes_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its log goes on, and repeats nothing that is shown: nobody but the terminal can know."""
    played, _ = played_on(Bench, tmp_path, monkeypatch, DECLINED, defects=("display_freezes",))

    assert played.verdict.outcome is Outcome.FAIL, played.verdict.reason
    assert "not reported on display" in played.verdict.reason


def test_a_terminal_that_tells_its_results_twice_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All else it says once: that is no line that repeats."""
    played, _ = played_on(Bench, tmp_path, monkeypatch, PAPER, defects=("result_told_twice",))

    assert played.verdict.outcome is Outcome.FAIL, played.verdict.reason
    assert "told_once" in played.verdict.reason
