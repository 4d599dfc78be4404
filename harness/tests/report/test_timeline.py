"""The drawing of one scenario."""

import re
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.model.played import Played
from harness.model.trace import Observation, Trace
from harness.model.verdict import Outcome
from harness.report import timeline
from harness.report._budgets import reference
from harness.report._svg import LEFT, RIGHT, Rows, width_of

Play = Callable[..., Played]
SVG = "{http://www.w3.org/2000/svg}"


def _drawn(played: Played) -> ElementTree.Element:
    return ElementTree.fromstring(timeline.draw(played))  # noqa: S314 - our own text


def _texts(played: Played) -> list[str]:
    return [one.text or "" for one in _drawn(played).iter(f"{SVG}text")]


def test_every_lane_is_there(play: Play) -> None:
    """Faults, steps, voltage, signal, path, terminal, sales, what was seen, budgets."""
    texts = _texts(play(Outcome.FAIL))

    for lane in ("faults", "steps", "voltage", "signal", "path", "terminal", "sales", "seen"):
        assert lane in texts
    assert "budgets" in texts
    assert any(text.startswith("power_dip") for text in texts)
    assert any("detected supply_low" in text for text in texts)
    assert "reports supply_low 10.8 s of 5 s" in texts


def test_it_stands_alone(play: Play) -> None:
    """No script, no address outside, no font to fetch."""
    drawn = timeline.draw(play())

    addresses = re.findall(r"https?://[^\s\"']+", drawn)
    assert addresses == ["http://www.w3.org/2000/svg"]
    assert "<script" not in drawn
    assert "prefers-color-scheme:dark" in drawn


def test_labels_do_not_overlap(play: Play) -> None:
    """Of any two texts in one row, one ends before the other begins."""
    rows: dict[float, list[tuple[float, float]]] = {}
    for one in _drawn(play(Outcome.FAIL)).iter(f"{SVG}text"):
        x, wide = float(one.get("x") or 0), width_of(one.text or "") * 0.9
        anchor = one.get("text-anchor")
        left = x - wide if anchor == "end" else x - wide / 2 if anchor == "middle" else x
        rows.setdefault(float(one.get("y") or 0), []).append((left, left + wide))

    for spans in rows.values():
        spans.sort()
        for first, second in pairwise(spans):
            assert first[1] <= second[0] + 1


def test_nothing_is_drawn_outside_the_page(play: Play) -> None:
    """Bars end at the plot's edge, also a budget that runs on after the end."""
    drawing = _drawn(play(Outcome.FAIL))

    bars = [one for one in drawing.iter(f"{SVG}rect") if one.get("class") != "paper"]

    assert all(float(one.get("x") or 0) >= LEFT - 2 for one in bars)
    assert all(float(one.get("x") or 0) + float(one.get("width") or 0) <= RIGHT + 2 for one in bars)


def test_hostile_text_cannot_leave_its_text_element(play: Play) -> None:
    """Markup in a cause or a fault's label is shown, not obeyed."""
    played = play(Outcome.FAIL)
    rows = [
        replace(row, fields={**row.fields, "cause": "<script>alert(1)</script>"})
        if row.kind == "detected"
        else row
        for row in played.trace
    ]

    drawn = timeline.draw(replace(played, trace=Trace(rows)))

    assert "<script" not in drawn
    assert ElementTree.fromstring(drawn) is not None  # noqa: S314 - our own text


@pytest.mark.parametrize("length", [0, 1, 2, 160, 170, 275])
def test_a_truncated_trace_can_be_drawn(play: Play, length: int) -> None:
    """A killed run leaves a drawing of what there is."""
    played = play(Outcome.INCONCLUSIVE)

    assert _drawn(replace(played, trace=Trace(played.trace[:length]))) is not None


def test_a_budget_begins_where_its_clause_counts_from(play: Play) -> None:
    """Detects from the injection, reports from the detection, recovers from the clearing."""
    played = play(Outcome.PASS)
    detects, reports, recovers = played.verdict.clauses[:3]

    assert reference(played.trace, detects) == 16.63
    assert reference(played.trace, replace(reports, measured=None)) == 17.4
    assert reference(played.trace, recovers) == 36.6


def test_many_measurements_are_thinned_but_keep_their_peaks(play: Play) -> None:
    """A million samples make no file of a million points, and no dip gets lost."""
    rows = [
        Observation(n, n / 1000, "supply", "measured", {"volts": 0.5 if n == 33_333 else 9.0})
        for n in range(1, 50_001)
    ]

    drawn = timeline.draw(replace(play(), trace=Trace(rows)))

    assert len(drawn) < 150_000
    assert ">0.5 V<" in drawn


@given(st.floats(0, 1e6), st.floats(0.001, 1e6))
def test_ticks_are_few_round_and_inside(start: float, span: float) -> None:
    """At most eleven ticks, all in the window."""
    ticks = timeline.ticks(start, start + span)

    assert len(ticks) <= 11
    assert all(start <= t <= start + span for t, _ in ticks)


def test_rows_refuse_what_fits_nowhere() -> None:
    """A label with no free place is left out and counted, never painted over another."""
    rows = Rows(most=1)

    assert rows.place(0, 100) == 0
    assert rows.place(50, 150) is None
    assert rows.place(120, 200) == 0
