"""What a rig can make of a waveform, and how: pure tables."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import NotSupported
from harness.model.bounds import Cannot, check_limits
from harness.model.means import Breaker, Means
from harness.model.plan import BY_HOST, Plan, plan
from harness.model.power import Capability, Switching
from harness.model.rig import Limits
from harness.model.units import Amps, Fraction, Seconds, Slew, Volts
from harness.model.waveform import Segment, State, Waveform

NOMINAL = Volts(12)
FAST = Capability(
    points=100, min_dwell=0.01, max_dwell=3600, latency=0.01, rise_time=0.01, fall_time=0.01,
    sinks=True,
)  # fmt: skip
SLOW = Capability(
    points=5, min_dwell=1, max_dwell=10_000, dwell_step=1, latency=0.05, fall_time=0.3
)
MOSFET = Breaker(
    "pulse_switch", Switching(min_open=0.02, min_pulse=1e-5, pulses=16, shorts=True), hosted=True,
    timed=True, shorts=True,
)  # fmt: skip
RELAY = Breaker("relay_board", Switching(bounce=0.005), hosted=True, timed=False, shorts=False)


def means(
    able: Capability | None = FAST, *breakers: Breaker, limits: Limits | None = None
) -> Means:
    """A rig with this supply and these switches."""
    name = {id(FAST): "fast_one", id(SLOW): "siglent_spd"}.get(id(able), "supply")
    return Means(NOMINAL, name if able else "", able, bool(able and able.points), breakers, limits)


def dip(to: float, lasting: float, repeat: int = 1, gap: float = 0) -> Waveform:
    """A step to a level and back."""
    return Waveform((Segment(Fraction(to), Seconds(lasting)),), repeat, Seconds(gap))


def opening(lasting: float, repeat: int = 1, gap: float = 0, state: State = State.OPEN) -> Waveform:
    """An interruption."""
    return Waveform((Segment(state, Seconds(lasting)),), repeat, Seconds(gap))


# --- which way --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wave", "rig", "how"),
    [
        (dip(0.4, 0.1), means(), "list"),
        (dip(0.4, 0.3), means(), "host"),
        (dip(0.4, 0.1), means(replace(FAST, points=0)), "host"),
        (dip(0.4, 0.01), means(replace(FAST, points=0)), None),
        (dip(0.4, 5), means(SLOW), "host"),
        (opening(0.001), means(FAST, MOSFET), "pulse"),
        (opening(0.1), means(FAST, RELAY), "switch"),
        (opening(1, state=State.SHORT), means(FAST, MOSFET), "switch"),
        (opening(0.1, state=State.SHORT), means(FAST), "list"),
        (opening(1, state=State.SHORT), means(replace(FAST, sinks=False), RELAY), None),
    ],
)
def test_the_way_is_the_one_that_is_exact_enough(
    wave: Waveform, rig: Means, how: str | None
) -> None:
    """Short stays belong to the instrument, long ones to the host, open lines to a switch."""
    if how is None:
        with pytest.raises(NotSupported):
            plan(wave, rig)
    else:
        assert plan(wave, rig).how == how


@pytest.mark.parametrize(
    ("wave", "rig", "reason"),
    [
        (dip(0.4, 0.01), means(SLOW),
         "dwell of 10 ms or less; this siglent_spd has 1 s; use a switch in the supply line"),
        (dip(0.4, 0.01), means(replace(FAST, points=0)),
         "takes a list; this supply has none: a host makes 50 ms or longer"),
        (dip(0.4, 0.01), means(None), "needs a supply; this rig has none"),
        (opening(0.001), means(FAST), "a switch in the supply line; this rig has none"),
        (opening(0.001), means(FAST, RELAY), "opens for 1 ms; this relay_board needs 50 ms"),
        (opening(1, state=State.SHORT), means(replace(FAST, sinks=False), RELAY), "only opens"),
        (Waveform((Segment(State.OPEN, Seconds(1), line="mains"),)), means(FAST, MOSFET),
         "adapter's mains .*pulse_switch feeds dc"),
        (dip(0.4, 0.1), means(replace(FAST, sinks=False, fall_time=2.0)), "does not sink"),
        (Waveform(tuple(Segment(Fraction(0.5 + i % 2 / 4), Seconds(0.02)) for i in range(200))),
         means(FAST), "needs 201 points; this fast_one's list has 100"),
        (Waveform(tuple(Segment(State.OPEN if i % 2 else State.CLOSED, Seconds(0.001))
                        for i in range(60))), means(FAST, MOSFET), "30 pulses; .* times 16"),
    ],
)  # fmt: skip
def test_a_refusal_says_what_is_needed_what_is_there_and_what_would_help(
    wave: Waveform, rig: Means, reason: str
) -> None:
    """By name, before anything is energised."""
    with pytest.raises(NotSupported, match=reason):
        plan(wave, rig, what="it")


def test_dwells_that_are_not_on_the_timers_grid_are_refused() -> None:
    """A timer of whole seconds does not get 2.5 s; cut by hand it can be made all the same."""
    wave = Waveform((Segment(Fraction(0.5), Seconds(2.5)), Segment(Fraction(0.7), Seconds(0.2))))

    with pytest.raises(NotSupported, match=r"200 ms or less; this supply has 1 s"):
        plan(wave, means(replace(SLOW, latency=0.3)))
    assert plan(wave, means(SLOW)).how == "host"


def test_an_output_stands_in_for_a_switch_only_where_a_cut_is_meant() -> None:
    """An interruption is high impedance; a cut may be an output that goes off."""
    with pytest.raises(NotSupported):
        plan(opening(1), means(FAST))
    made = plan(opening(1), means(FAST), cut=True)
    assert (made.how, made.output) == ("host", True)
    with pytest.raises(NotSupported, match="too slow below 200 ms"):
        plan(opening(0.1), means(FAST), cut=True)


def test_what_the_output_will_not_reach_is_said() -> None:
    """A light load empties the capacitor slowly: the dip is marked with what it may come to."""
    made = plan(dip(0.4, 0.1), means(replace(FAST, fall_time=0.3)))

    assert "may come to 8.00 V only instead of 4.80 V" in made.shortfall
    assert plan(dip(0.4, 0.1), means(FAST)).shortfall == ""


def test_rounds_without_a_gap_are_one_list_where_it_has_the_points() -> None:
    """Nothing is uploaded between two rounds that follow each other at once."""
    made = plan(Waveform(dip(0.4, 0.1).segments + dip(1, 0.1).segments, 10), means())

    assert made.rounds == 1
    assert len(made.points) == 20
    assert plan(dip(0.4, 0.1, 3, 10), means()).rounds == 3


def test_a_ramp_shorter_than_the_lists_shortest_point_keeps_its_time() -> None:
    """5 ms down and 15 ms there are 20 ms there: the output's own edge is no less."""
    made = plan(Waveform((Segment(Fraction(0.5), Seconds(0.015), Seconds(0.005)),)), means())

    assert made.points[0] == pytest.approx((6.0, 0.02))


# --- limits -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("limits", "wave", "reason"),
    [
        (Limits(Volts(14), Amps(1)), dip(1.2, 1), "goes up to 14.4 V .* limits its supply to 14 V"),
        (Limits(Volts(14.4), Amps(1)), dip(1.2, 1), "needs a limit above that"),
        (Limits(Volts(20), Amps(1), over_voltage="forbidden"), dip(1.2, 1), "above nominal"),
        (Limits(Volts(20), Amps(1), Volts(3)), dip(0.1, 1), "keeps its supply at 3 V or off"),
        (Limits(Volts(20), Amps(1), Volts(3)),
         Waveform((Segment(Fraction(0), Seconds(1), Seconds(60)),)), "keeps its supply at 3 V"),
        (Limits(Volts(20), Amps(1), slew=Slew(100)), dip(0.4, 1), "has an edge of 7.2 V"),
    ],
)  # fmt: skip
def test_a_rigs_limits_come_before_everything(limits: Limits, wave: Waveform, reason: str) -> None:
    """Too high, too low, too fast: refused whatever the instruments can do."""
    with pytest.raises(NotSupported, match=reason):
        plan(wave, means(FAST, MOSFET, limits=limits))


def test_limits_allow_what_lies_within_them() -> None:
    """A dip to nothing is off, which is always allowed; 120 % under a higher limit too."""
    check_limits(dip(0, 1), means(limits=Limits(Volts(20), Amps(1), Volts(3))))
    check_limits(dip(1.2, 1), means(limits=Limits(Volts(15), Amps(1))))
    with pytest.raises(Cannot):
        check_limits(dip(1.3, 1), means(limits=Limits(Volts(15), Amps(1))))


# --- properties -------------------------------------------------------------------------------

abilities = st.builds(
    Capability,
    points=st.integers(0, 600),
    min_dwell=st.sampled_from([0.0001, 0.001, 0.01, 0.06, 1.0]),
    max_dwell=st.sampled_from([10.0, 60.0, 3600.0]),
    dwell_step=st.sampled_from([0.0, 0.0, 0.01, 1.0]),
    latency=st.floats(0.001, 0.6),
    fall_time=st.floats(0.001, 2),
    sinks=st.booleans(),
)
parts = st.builds(
    Segment,
    st.sampled_from([0, 0.4, 0.7, 0.95, 1, 1.2]).map(Fraction),
    st.sampled_from([0.001, 0.01, 0.1, 0.5, 3, 30, 100]).map(Seconds),
    st.sampled_from([0, 0, 0.005, 0.1, 5, 60]).map(Seconds),
)
waves = st.builds(
    Waveform,
    st.lists(parts, min_size=1, max_size=6).map(tuple),
    st.integers(1, 5),
    st.sampled_from([0, 10]).map(Seconds),
)


@given(waves, abilities)
def test_a_plan_never_asks_more_than_the_instrument_has(wave: Waveform, able: Capability) -> None:
    """Points, dwells and grid of every list; every stay of a host; or it is refused."""
    try:
        made = plan(wave, means(able))
    except NotSupported:
        return

    if made.how == "list":
        _fits(made, able)
    else:
        stays = [one.lasting for one in made.steps if one.lasting]
        assert all(stay >= max(BY_HOST, able.latency) - 1e-9 for stay in stays)
        assert made.tolerance is not None


def _fits(made: Plan, able: Capability) -> None:
    assert 1 <= len(made.points) <= able.points
    highest = made.waveform.highest(NOMINAL)
    for volts, dwell in made.points:
        assert 0 <= volts <= highest + 1e-9
        assert able.min_dwell - 1e-9 <= dwell <= able.max_dwell + 1e-9
        if able.dwell_step:
            assert math.isclose(
                dwell / able.dwell_step, round(dwell / able.dwell_step), abs_tol=1e-6
            )
    assert made.points[-1][0] == pytest.approx(NOMINAL)


@given(waves, abilities)
def test_a_list_lasts_as_long_as_was_asked(wave: Waveform, able: Capability) -> None:
    """Its points add up to a round; at most two points at nominal are added at its end."""
    try:
        made = plan(wave, means(able))
    except NotSupported:
        return
    if made.how == "list":
        once = wave.lasting if made.rounds == 1 and wave.repeat > 1 else wave.once
        extra = sum(dwell for _, dwell in made.points) - once
        assert -1e-6 <= extra <= 2 * max(able.min_dwell, able.dwell_step) + 1e-6
