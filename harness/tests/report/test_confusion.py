"""The diagnosis matrix: what was injected against what the terminal called it."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from harness.model.played import Played
from harness.model.trace import Observation, Trace
from harness.model.verdict import Outcome
from harness.report.confusion import NOTHING, Cell, confusion

Play = Callable[..., Played]
EXPECT = {
    "after": {"engine": "fault_injected", "fault": "sim_expired"},
    "see": {"cause": "sim_expired"},
}


def _story(play: Play, *rows: tuple[float, str, str, str], **plain: object) -> Played:
    """An item of the rows (t, source, kind, word); ``plain`` replaces what the scenario demands.

    Every fault takes effect, unless the word is followed by ``idle``.
    """
    one = play()
    trace = Trace()
    told: list[tuple[float, str, str, str]] = []
    for row in rows:
        told.append((*row[:3], row[3].removesuffix(" idle")))
        if row[2] == "fault_injected" and not row[3].endswith(" idle"):
            told.append((row[0], "engine", "fault_took_effect", row[3]))
    for t, source, kind, word in told:
        fields: dict[str, object] = {"cause": word}
        if kind.startswith("fault_"):
            fields = {"fault": word, "label": word, "arguments": {"mode": "reset", "top_up": "5 B"}}
        trace.append(Observation(len(trace) + 1, t, source, kind, fields))
    return replace(one, trace=trace, scenario=replace(one.scenario, plain=plain))


INJECTED = (1.0, "engine", "fault_injected", "data_exhausted")
CLEARED = (90.0, "engine", "fault_cleared", "data_exhausted")
PLAN = {"then": {"detects": {"cause": "data_exhausted"}}}


def test_the_settled_word_counts_and_the_row_says_how(play: Play) -> None:
    """A first guess that was put right in time is no wrong diagnosis."""
    found = confusion([
        _story(play, INJECTED, (20.0, "terminal", "report", "host_silent"),
               (40.0, "terminal", "report", "data_exhausted"), CLEARED, **PLAN),
    ])  # fmt: skip

    assert found.rows == [("data_exhausted reset", [Cell(1, true=True)])]
    assert (found.causes, found.wrong, found.samples) == (["data_exhausted"], 0, 1)


@pytest.mark.parametrize("said", ["card_declined", "host_silent", ""])
def test_a_wrong_word_and_silence_are_counted_as_wrong(play: Play, said: str) -> None:
    """What was named before the fault, or long after its end, is not an answer to it."""
    named = [(20.0, "terminal", "report", said)] if said else []
    found = confusion([
        _story(play, (0.5, "terminal", "report", "data_exhausted"), INJECTED, *named, CLEARED,
               (400.0, "terminal", "report", "data_exhausted"), **PLAN),
    ])  # fmt: skip

    assert found.causes == [said or NOTHING]
    assert found.rows[0][1] == [Cell(1, true=False)]
    assert (found.wrong, found.samples) == (1, 1)


@pytest.mark.parametrize("said", ["data_exhausted", "host_silent"])
def test_a_fault_without_effect_is_neither_a_right_nor_a_wrong_diagnosis(
    play: Play, said: str
) -> None:
    """There was nothing to diagnose, whatever the terminal says."""
    idle = (1.0, "engine", "fault_injected", "data_exhausted idle")

    found = confusion([_story(play, idle, (20.0, "terminal", "report", said), CLEARED, **PLAN)])

    assert (found.samples, found.wrong, found.rows) == (0, 0, [])


def test_a_terminal_without_power_may_speak_when_it_is_back(play: Play) -> None:
    """Within moments after the clearing."""
    found = confusion(
        [_story(play, INJECTED, CLEARED, (100.0, "terminal", "report", "data_exhausted"), **PLAN)]
    )

    assert found.wrong == 0


def test_each_of_two_faults_has_its_own_answer(play: Play) -> None:
    """The word for the first counts until the second is injected."""
    found = confusion([
        _story(play, INJECTED, (20.0, "terminal", "report", "data_exhausted"),
               (30.0, "engine", "fault_injected", "sim_expired"),
               (40.0, "terminal", "report", "sim_expired"), CLEARED, expect=[EXPECT], **PLAN),
    ])  # fmt: skip

    right = Cell(1, true=True)
    assert [(fault, found.causes[cells.index(right)]) for fault, cells in found.rows] == [
        ("data_exhausted reset", "data_exhausted"), ("sim_expired reset", "sim_expired"),
    ]  # fmt: skip


def test_what_nobody_asked_and_what_the_bench_broke_says_nothing(play: Play) -> None:
    """No demand, an ERROR, a skipped item: no sample."""
    broken = _story(play, INJECTED, CLEARED, **PLAN)
    error = replace(broken, verdict=replace(broken.verdict, outcome=Outcome.ERROR))
    found = confusion([_story(play, INJECTED, CLEARED), error, play(Outcome.SKIPPED)])

    assert (found.rows, found.samples) == ([], 0)


def test_the_dossier_shows_it_and_counts_the_wrong(play: Play, tmp_path: Path) -> None:
    """A wrong cell is marked by a sign as well as by its colour."""
    from harness.report import dossier

    wrong = _story(play, INJECTED, (20.0, "terminal", "report", "host_silent"), CLEARED, **PLAN)
    text = dossier.render([wrong], rig="virtual", out=tmp_path, requirements={})

    assert "1 of 1 faults were called by a wrong cause in the end" in text
    assert 'class="num false">1!' in text
