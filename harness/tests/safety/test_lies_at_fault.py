"""A bench that says what is not so: cards that never come, lines of the terminal seconds late.

The terminal looks wrong, and nobody can say that it is; so it is never a FAIL, and never a PASS.
"""

from functools import partial
from pathlib import Path
from typing import Any

import pytest

from harness.model.verdict import Outcome
from harness.sim.bench import Bench
from harness.tests.safety.tapped import BENDS, Tapped
from harness.tests.safety.whole_story import played_on


def _stuck(clock: Any, *args: Any, motion: str, since: float, **keys: Any) -> Bench:
    """A bench whose presenter says that it moved its card, and from some time on does not."""
    bench = Bench(clock, *args, **keys)
    slot = bench.slot

    class Stuck(type(slot)):  # type: ignore[misc]
        __slots__ = ()

    setattr(Stuck, motion, lambda *_, **__: None)

    def stick() -> None:
        slot.__class__ = Stuck

    clock.call_at(since, stick)
    return bench


@pytest.mark.parametrize(
    ("story", "motion", "since", "said"),
    [
        ("host/answer_declined", "insert", 5.0, "says that chip was put in"),
        ("power/cut_while_host_answers", "insert", 16.0, "says that chip was put in"),
        ("reader/mute_chip", "insert", 5.0, "says that chip was put in"),
        ("host/answer_declined", "remove", 5.0, "says that its card is out"),
        ("reader/mute_chip", "remove", 16.0, "says that its card is out"),
    ],
)
def test_a_presenter_that_says_done_and_did_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    story: str, motion: str, since: float, said: str,
) -> None:  # fmt: skip
    """Presenter and terminal contradict: an ERROR that says whom to look at, and how."""
    make = partial(_stuck, motion=motion, since=since)

    played, bench = played_on(make, tmp_path, monkeypatch, story)

    assert played.verdict.outcome is Outcome.ERROR, played.verdict.reason
    assert said in played.verdict.reason
    assert [row["role"] for row in played.trace.of("bench_error")][:1] == ["reader"]
    assert bench.rail.volts() < 0.5


@pytest.mark.parametrize(
    ("story", "since"),
    [
        ("host/answer_declined", 0.0),
        ("host/answer_declined", 14.5),
        ("peripherals/printer_not_ready", 0.0),
    ],
)
@pytest.mark.parametrize("how", ["late", "very late"])
def test_a_console_that_comes_late(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, story: str, since: float, how: str
) -> None:
    """By its log the terminal is slow, or reads cards that are gone; by the host's it is not."""
    make = partial(Tapped, device="terminal/console", bend=BENDS[how], since=since)

    played, bench = played_on(make, tmp_path, monkeypatch, story)

    assert played.verdict.outcome in (Outcome.ERROR, Outcome.INCONCLUSIVE), played.verdict.reason
    assert bench.rail.volts() < 0.5
    if how == "late":
        assert "console: it is 7.0 s behind" in played.verdict.reason


@pytest.mark.parametrize("since", [14.4, 14.75])
def test_a_register_that_hears_nothing_while_the_host_declines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, since: float
) -> None:
    """What the terminal reverses then is an approval, and it must: there was no decline."""
    make = partial(Tapped, device="terminal/ecr", bend=BENDS["never"], since=since)

    played, _ = played_on(make, tmp_path, monkeypatch)

    assert played.verdict.outcome is Outcome.INCONCLUSIVE, played.verdict.reason
