"""Waveforms as data: durations, levels, points, stairs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.model.units import Fraction, Seconds, Volts
from harness.model.waveform import (
    STEP,
    Corner,
    Segment,
    State,
    Waveform,
    drawn,
    staircase,
    target,
)
from harness.model.words import WordError, value_of

NOMINAL = Volts(9)

levels = st.one_of(
    st.floats(0, 2).map(Fraction), st.floats(0, 30).map(Volts), st.sampled_from(list(State))
)
segments = st.builds(Segment, levels, st.floats(0, 100).map(Seconds), st.floats(0, 10).map(Seconds))
waveforms = st.builds(
    Waveform,
    st.lists(segments, min_size=1, max_size=8).map(tuple),
    st.integers(1, 20),
    st.floats(0, 20).map(Seconds),
)


@given(waveforms)
def test_durations_add_up(wave: Waveform) -> None:
    """All rounds and the gaps between them, and no gap after the last."""
    once = sum(one.ramp + one.lasting for one in wave.segments)

    assert wave.once == pytest.approx(once)
    assert wave.lasting == pytest.approx(wave.repeat * once + (wave.repeat - 1) * wave.gap)
    assert wave.points(NOMINAL)[-1][0] == pytest.approx(once, abs=1e-6)  # told to the us


@given(waveforms)
def test_points_go_forward_and_stay_within_the_levels(wave: Waveform) -> None:
    """A drawn round begins and ends at nominal and never leaves its own highest and lowest."""
    points = wave.points(NOMINAL)

    assert points[0] == (0.0, NOMINAL)
    assert points[-1][1] == NOMINAL
    assert [t for t, _ in points] == sorted(t for t, _ in points)
    assert max(volts for _, volts in points) <= wave.highest(NOMINAL) + 1e-9
    assert min(volts for _, volts in points) >= 0


def test_fractions_scale_with_nominal_and_volts_do_not() -> None:
    """40 % of 24 V is not 40 % of 5 V; 3.6 V is 3.6 V."""
    assert target(Fraction(0.4), Volts(24)) == pytest.approx(9.6)
    assert target(Fraction(0.4), Volts(5)) == pytest.approx(2.0)
    assert target(Volts(3.6), Volts(24)) == 3.6
    assert target(State.OPEN, Volts(24)) is State.OPEN


def test_a_step_begins_where_the_one_before_ended() -> None:
    """An interrupted line leaves 0 V; a closed one is at nominal again."""
    wave = Waveform((
        Segment(Fraction(0.5), Seconds(1)), Segment(State.OPEN, Seconds(1)),
        Segment(State.CLOSED, Seconds(1)), Segment(Volts(3), Seconds(1)),
    ))  # fmt: skip

    assert [one.start for one in wave.steps(NOMINAL)] == [9, 4.5, 0, 9]


def test_another_line_leaves_the_supplys_voltage_alone() -> None:
    """A battery that is pulled is no 0 V on the supply line."""
    wave = Waveform((
        Segment(State.OPEN, Seconds(1), line="battery"), Segment(Volts(3), Seconds(1)),
    ))  # fmt: skip

    assert wave.lines == ("battery", "dc")
    assert wave.steps(NOMINAL)[1].start == NOMINAL


@pytest.mark.parametrize("wrong", [{"segments": ()}, {"repeat": 0}])
def test_a_waveform_has_a_segment_and_a_round(wrong: dict[str, object]) -> None:
    """An empty one is refused."""
    given_: dict[str, object] = {"segments": (Segment(Volts(1), Seconds(1)),), **wrong}
    with pytest.raises(ValueError, match="at least one"):
        Waveform(**given_)  # type: ignore[arg-type]


# --- stairs -----------------------------------------------------------------------------------


@given(
    st.floats(0, 25), st.floats(0, 25), st.floats(0, 60), st.floats(0.001, 0.1), st.integers(1, 200)
)
def test_a_staircase_is_a_straight_line(
    start: float, end: float, lasting: float, shortest: float, most: int
) -> None:
    """It ends at its end, never dwells too short, and keeps to the number of points."""
    points = staircase(start, end, lasting, shortest=shortest, most=most)

    assert 1 <= len(points) <= most
    assert points[-1][0] == pytest.approx(end)
    assert all(dwell >= shortest * 0.999 for _, dwell in points)
    total = sum(dwell for _, dwell in points)
    assert total == pytest.approx(max(lasting, shortest), rel=1e-6)
    if len(points) < most and lasting / len(points) > 2 * shortest:
        assert all(
            abs(points[i + 1][0] - points[i][0]) <= STEP + 1e-9 for i in range(len(points) - 1)
        )


@given(st.floats(0, 25), st.floats(0, 25), st.integers(1, 300), st.sampled_from([0.1, 1.0, 0.02]))
def test_a_staircase_on_a_grid_has_whole_dwells(
    start: float, end: float, units: int, grid: float
) -> None:
    """A timer of whole seconds gets whole seconds, and they add up."""
    points = staircase(start, end, units * grid, shortest=grid, grid=grid)

    assert sum(dwell for _, dwell in points) == pytest.approx(units * grid)
    assert all(round(dwell / grid) >= 1 for _, dwell in points)
    assert all(dwell / grid == pytest.approx(round(dwell / grid)) for _, dwell in points)


# --- points of one's own ----------------------------------------------------------------------


def corners(*plain: object) -> tuple[Corner, ...]:
    """Points as the scenario file has them."""
    return tuple(value_of(tuple[Corner, ...], list(plain), ("points",)))


def test_points_are_steps_unless_they_say_ramp() -> None:
    """Nominal, a dip of 100 ms, back; the ramp comes to its level at its time."""
    dip = drawn(corners(["0 ms", "9.0 V"], ["10 ms", "3.6 V"], ["110 ms", "9.0 V"]))
    ramp = drawn(corners(["0 s", "9 V"], ["2 s", "50 %", "ramp"], ["3 s", "100 %", "ramp"]))

    assert dip.segments == (
        Segment(Volts(9), Seconds(0.01)), Segment(Volts(3.6), Seconds(0.1))
    )  # fmt: skip
    assert ramp.points(NOMINAL) == [(0, 9), (2, 4.5), (3, 9)]
    assert dip.once == pytest.approx(0.11)


def test_what_comes_before_the_first_point_is_nominal() -> None:
    """A first point at 1 s leaves the supply alone for a second."""
    wave = drawn(corners(["1 s", "open"], ["2 s", "100 %"]))

    assert wave.segments == (
        Segment(Fraction(1), Seconds(1)), Segment(State.OPEN, Seconds(1))
    )  # fmt: skip


def test_every_counts_from_start_to_start() -> None:
    """Rounds of 1 s every 10 s leave a gap of 9 s; shorter than a round is refused."""
    points = corners(["0 s", "3 V"], ["1 s", "9 V"])

    assert drawn(points, repeat=3, every=Seconds(10)).gap == Seconds(9)
    assert drawn(points, repeat=3).gap == Seconds(0)
    with pytest.raises(ValueError, match="shorter than a round"):
        drawn(points, every=Seconds(0.5))


@pytest.mark.parametrize(
    "plain",
    [["10 ms"], ["10 ms", "3 A"], "10 ms", ["10 ms", "3 V", "slope"], ["10", "3 V"],
     ["1 s", "3 V", "ramp", 1]],
)  # fmt: skip
def test_a_point_that_is_none_is_refused(plain: object) -> None:
    """Time, level, and perhaps the word ramp."""
    with pytest.raises(WordError):
        Corner.read(plain, ("points", 0))


def test_points_out_of_order_are_refused() -> None:
    """Also a single one, which has no length."""
    with pytest.raises(ValueError, match="in order of time"):
        drawn(corners(["1 s", "3 V"], ["0 s", "9 V"]))
    with pytest.raises(ValueError, match="two points"):
        drawn(corners(["1 s", "3 V"]))


@given(
    st.lists(
        st.tuples(st.floats(0, 50), st.floats(0, 20), st.booleans()), min_size=2, max_size=9
    )
)  # fmt: skip
def test_points_last_until_the_last_one(rows: list[tuple[float, float, bool]]) -> None:
    """Whatever they are, the waveform ends with its last point."""
    ordered = sorted(rows)
    points = tuple(Corner(Seconds(round(t, 3)), Volts(v), ramp) for t, v, ramp in ordered)
    if points[-1].at <= 0:
        return

    try:
        wave = drawn(points)
    except ValueError:
        return
    assert wave.once == pytest.approx(points[-1].at, abs=1e-6)
