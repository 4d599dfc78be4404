"""Patterns of a signal: what a file may say, and the corners that come of it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.model.fade import Pattern, gaps
from harness.model.units import Db, Dbm, Seconds
from harness.model.words import WordError, fill

HEAD = {"story": "s", "source": "t"}


def pattern(**own: Any) -> Pattern:
    """A pattern of these keys, as from a file."""
    return fill(Pattern, {**HEAD, **own})


def test_levels_are_told_in_three_ways() -> None:
    """dBm, dB below what it was, or gone."""
    made = pattern(points=[["0 s", "-118 dBm"], ["2 s", "30 dB"], ["2 s", "gone"], ["4 s", "gone"]])

    assert made.corners(rounds=None, lasting=None, seed=1) == [
        (0, Dbm(-118)), (2, Db(30)), (2, "gone"), (4, "gone"),
    ]  # fmt: skip
    assert made.goes
    assert made.absolute
    assert made.fades


@pytest.mark.parametrize(
    ("own", "said"),
    [
        ({}, "either points or drawn"),
        ({"points": [["1 s", "gone"], ["0 s", "gone"]]}, "in order of time"),
        ({"points": [["0 s", "gone"]]}, "in order of time"),
        ({"points": [["0 s"], ["1 s", "gone"]]}, "wanted .when, level."),
        ({"points": [["0 s", "weak"], ["1 s", "gone"]]}, "weak"),
        ({"points": [["0 s", "3 V"], ["1 s", "gone"]]}, "unit 'V' is unknown"),
        ({"points": [["9 s", "gone"]], "every": "5 s"}, "before the last is over"),
        ({"points": [["9 s", "gone"]], "rounds": 0}, "a round at least"),
        ({"drawn": {"every": "9 s", "shortest": "2 s", "longest": "1 s"}}, "shortest <= longest"),
        ({"point": []}, "did you mean 'points'"),
    ],
)
def test_what_is_no_pattern_is_refused(own: Any, said: str) -> None:
    """With what was wanted."""
    with pytest.raises(WordError, match=said):
        pattern(**own)


def test_there_is_no_line_out_of_a_gap() -> None:
    """The signal stays gone up to the next point."""
    made = pattern(points=[["1 s", "gone"], ["3 s", "30 dB"], ["4 s", "0 dB"]])

    assert gaps(made.corners(rounds=None, lasting=None, seed=1)) == [(1, 3)]


def test_rounds_follow_each_other_and_may_be_cut_off() -> None:
    """By number, by time, within a gap."""
    whole = [["0 s", "0 dB"], ["2 s", "0 dB"], ["2 s", "gone"], ["5 s", "gone"]]
    flaps = pattern(points=whole, rounds=3)

    assert gaps(flaps.corners(rounds=None, lasting=None, seed=1)) == [(2, 5), (7, 10), (12, 15)]
    assert gaps(flaps.corners(rounds=1, lasting=None, seed=1)) == [(2, 5)]
    assert gaps(flaps.corners(rounds=None, lasting=8.5, seed=1)) == [(2, 5), (7, 8.5)]
    assert flaps.corners(rounds=None, lasting=1.0, seed=1) == [(0, Db(0))]


@given(
    seed=st.integers(0, 1000),
    median=st.none() | st.floats(0.1, 30),
    lasting=st.floats(1, 2000),
    every=st.floats(0.5, 60),
)
def test_drawn_gaps_keep_their_bounds(
    seed: int, median: float | None, lasting: float, every: float
) -> None:
    """None shorter, longer, later than asked for; a second of signal before each; seeded."""
    drawn = {"every": f"{every:.3f} s", "shortest": "1 s", "longest": "20 s"}
    made = pattern(drawn={**drawn, **({"median": f"{median:.3f} s"} if median else {})})

    corners = made.corners(rounds=None, lasting=lasting, seed=seed)
    found = gaps(corners)

    assert corners == made.corners(rounds=None, lasting=lasting, seed=seed)
    assert [when for when, _ in corners] == sorted(when for when, _ in corners)
    before = 0.0
    for begin, end in found:
        assert begin - before >= 1 - 1e-9
        assert end - begin <= 20 + 1e-9
        assert end - begin >= 1 - 1e-9 or end == lasting
        before = end
    assert before <= lasting


def test_a_drawn_one_lasts_as_its_file_says() -> None:
    """Unless it is told otherwise."""
    drawn = {"every": "10 s", "shortest": "1 s", "longest": "2 s"}
    made = pattern(drawn=drawn, lasting="100 s")

    ends = [made.corners(rounds=None, lasting=lasting, seed=3)[-1][0] for lasting in (None, 30.0)]

    assert 80 < ends[0] <= 100
    assert 10 < ends[1] <= 30
    assert Seconds(100) == made.lasting
