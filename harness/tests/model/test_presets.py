"""The table of presets: every row can be built, is bounded, and names its source."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import NotSupported
from harness.model.means import Breaker, Means
from harness.model.plan import plan
from harness.model.power import Capability, Switching
from harness.model.presets import PRESETS, Preset
from harness.model.units import Fraction, Seconds, Volts
from harness.model.waveform import PLACES, State

#: Every name the power presets are known by.
NAMES = {
    "dip_70", "dip_40", "interrupt_open", "interrupt_short", "variation_85_120", "variation_80_120",
    "ac_drop_half", "ac_drop_1", "ac_70_25", "ac_40_10", "ac_80_250", "ac_0_250",
    "reset_staircase", "momentary_drop", "crank_12v", "jump_start", "slow_brownout",
    "slow_down_fast_up", "sag_and_recover", "undervoltage_hover", "power_cycle_sweep",
    "cut_at_random", "cut_in_update", "plug_bounce", "chatter", "ripple_100hz", "battery_sag",
    "battery_pull", "usb_c_replug", "poe_cycle",
}  # fmt: skip
#: Those that go above nominal, and how far.
ABOVE = {"variation_85_120": 1.2, "variation_80_120": 1.2, "jump_start": 2.0,
         "ripple_100hz": 1.025, "undervoltage_hover": 1.0}  # fmt: skip

rows = pytest.mark.parametrize("preset", PRESETS.values(), ids=list(PRESETS))


def test_all_presets_are_there() -> None:
    """By their names, each once."""
    assert set(PRESETS) == NAMES


@rows
def test_each_has_its_source_and_says_what_it_needs(preset: Preset) -> None:
    """A vendor asks: by which standard, which clause."""
    assert preset.source
    assert preset.needs
    assert preset.says.endswith(".")


@rows
@pytest.mark.parametrize("nominal", [5, 9, 12])
def test_each_is_a_waveform_at_any_nominal_voltage(preset: Preset, nominal: float) -> None:
    """Levels are fractions: twice the nominal voltage is twice every level."""
    one = preset.waveform({}, Volts(nominal)).points(Volts(nominal))
    half = preset.waveform({}, Volts(nominal / 2)).points(Volts(nominal / 2))

    assert [volts for _, volts in one] == pytest.approx([2 * volts for _, volts in half])
    assert [t for t, _ in one] == pytest.approx([t for t, _ in half])


@rows
def test_none_goes_higher_than_its_name_says(preset: Preset) -> None:
    """120 %, 200 %, or nominal: so a rig can arm its protection for it."""
    highest = preset.waveform({}, Volts(10)).highest(Volts(10))

    assert highest == pytest.approx(10 * ABOVE.get(preset.name, 1.0))


@rows
def test_defaults_lie_within_their_own_bounds(preset: Preset) -> None:
    """And so do the values of the standard."""
    for name, one in preset.parameters.items():
        for value in (one.default, *one.listed):
            if value is not None:
                one.check(name, value)


@rows
def test_lines_are_lines(preset: Preset) -> None:
    """Every segment works on something that can be switched."""
    assert set(preset.waveform({}, Volts(5)).lines) <= set(PLACES)


def test_24_v_systems_have_values_of_their_own() -> None:
    """A 24 V engine starts at 10 and 16 V, a 12 V one at 6 and 8 V."""
    crank = PRESETS["crank_12v"]

    def levels(nominal: float) -> list[float]:
        return [
            float(one.volts) for one in crank.waveform({}, Volts(nominal)).steps(Volts(nominal))
        ]

    assert levels(12) == pytest.approx([6, 8, 12])
    assert levels(24) == pytest.approx([10, 16, 24])
    first = crank.waveform({}, Volts(24)).segments[0]
    assert (first.lasting, first.ramp) == (Seconds(0.05), Seconds(0.01))
    with pytest.raises(ValueError, match="12 V systems"):
        PRESETS["jump_start"].waveform({}, Volts(24))


def test_the_drop_of_iso_16750_is_the_same_share_of_12_and_24_v() -> None:
    """4.5 V of 12 V, 9 V of 24 V."""
    for nominal, level in ((12, 4.5), (24, 9.0)):
        (step,) = PRESETS["momentary_drop"].waveform({}, Volts(nominal)).steps(Volts(nominal))
        assert step.to == pytest.approx(level)
        assert step.lasting == pytest.approx(0.1)


@pytest.mark.parametrize(
    ("name", "given_", "reason"),
    [
        ("dip_40", {"lasting": Seconds(100)}, "lasting 100 s seen, wanted .*the standard has"),
        ("dip_40", {"closings": 3}, "has no parameter 'closings'. It has: lasting, repeat, gap"),
        ("plug_bounce", {"closings": 13}, "closings 13 seen, wanted 5 to 12"),
        ("power_cycle_sweep", {"times": (Seconds(1), Seconds(0))}, "times 0 s seen"),
        ("battery_sag", {"seed": 1}, "It has: lasting"),
    ],
)
def test_a_wrong_parameter_is_refused(name: str, given_: dict[str, object], reason: str) -> None:
    """With what would do."""
    with pytest.raises(ValueError, match=reason):
        PRESETS[name].values(given_)


def test_three_events_ten_seconds_apart() -> None:
    """IEC 61000-4-29: the pause lies between the end of one and the start of the next."""
    wave = PRESETS["dip_70"].waveform({"lasting": Seconds(1)}, Volts(5))

    assert (wave.repeat, wave.gap, wave.once) == (3, Seconds(10), Seconds(1))
    assert wave.lasting == Seconds(23)


@given(st.integers(0, 2**31), st.integers(5, 12), st.floats(0.02, 0.5))
def test_a_plug_bounces_as_it_was_told(seed: int, closings: int, lasting: float) -> None:
    """So many closings, within its time, none longer than 8 ms, the same for the same seed."""
    values = {"seed": seed, "closings": closings, "lasting": Seconds(lasting)}
    wave = PRESETS["plug_bounce"].waveform(values, Volts(5))

    closed = [one.lasting for one in wave.segments if one.level is State.CLOSED]
    opened = [one.lasting for one in wave.segments if one.level is State.OPEN]
    assert len(closed) == len(opened) == closings
    assert all(0.0003 - 1e-9 <= stay <= 0.008 + 1e-9 for stay in closed)
    assert min(opened) > 0
    assert wave.once == pytest.approx(lasting, abs=2e-4)
    assert wave == PRESETS["plug_bounce"].waveform(values, Volts(5))


@given(st.integers(0, 1000), st.floats(0, 100))
def test_a_random_cut_lies_within_its_time(seed: int, within: float) -> None:
    """At a random instant, the same one for the same seed, which is kept."""
    wave = PRESETS["cut_at_random"].waveform({"seed": seed, "within": Seconds(within)}, Volts(5))

    assert 2 <= wave.once <= 2 + within + 1e-5
    assert wave.seed == seed


def test_a_ripple_is_a_sine_about_nominal() -> None:
    """Peak to peak, at 100 Hz, in steps of half a millisecond."""
    values = {"depth": Fraction(0.1), "lasting": Seconds(0.02)}
    wave = PRESETS["ripple_100hz"].waveform(values, Volts(10))

    volts = [float(one.volts) for one in wave.steps(Volts(10))]
    assert max(volts) - min(volts) == pytest.approx(1.0, abs=0.01)
    assert sum(volts) / len(volts) == pytest.approx(10, abs=1e-3)
    assert wave.once == pytest.approx(0.02)


def test_a_battery_is_pulled_in_both_orders() -> None:
    """Adapter first, then battery; battery first, then adapter; both are back at the end."""
    wave = PRESETS["battery_pull"].waveform({}, Volts(5))
    order = [(one.line, one.level) for one in wave.segments]

    opened = [line for line, level in order if level is State.OPEN]
    assert opened == ["dc", "battery", "battery", "dc"]
    assert {level for _, level in order[-2:]} == {State.CLOSED}


# --- what a slow supply cannot do ---------------------------------------------------------------

SLOW = Means(
    Volts(12), "siglent_spd",
    Capability(points=5, min_dwell=1, max_dwell=10_000, dwell_step=1, latency=0.05, fall_time=0.3),
    lists=True,
)  # fmt: skip
FAST = Means(
    Volts(12), "rs_ngx",
    Capability(points=1024, min_dwell=0.0001, max_dwell=60, latency=0.005, rise_time=1e-4,
               fall_time=1e-4, sinks=True), lists=True,
    breakers=tuple(
        Breaker("pulse_switch", Switching(0.02, 1e-5, 0, 16, shorts=True, feeds=line),
                hosted=True, timed=True, shorts=True)
        for line in PLACES
    ),
)  # fmt: skip


def refused_by(means: Means) -> set[str]:
    """Names of the presets this rig cannot make as they stand."""
    return {one.name for one in PRESETS.values() if _reason(one, means).startswith(one.name)}


def _reason(preset: Preset, means: Means) -> str:
    if preset.lacks:
        return f"{preset.name}: {preset.lacks}"
    try:
        plan(preset.waveform({}, means.nominal), means, what=preset.name, cut=preset.cut)
    except NotSupported as why:
        return str(why)
    return ""


#: What no rig can make with the drivers there are.
NOBODY = {"ac_70_25", "ac_40_10", "ac_80_250", "battery_sag"}


def test_a_slow_supply_alone_is_refused_what_is_short_or_needs_a_switch() -> None:
    """Whole-second timers, no switch: every other preset is refused by name."""
    assert refused_by(SLOW) == {
        "interrupt_open", "interrupt_short", "ac_drop_half", "ac_drop_1", "ac_0_250",
        "power_cycle_sweep", "plug_bounce", "chatter", "ripple_100hz", "battery_pull",
        "usb_c_replug", "poe_cycle", "crank_12v", *NOBODY,
    }  # fmt: skip


def test_a_fast_supply_with_switches_makes_all_but_what_nobody_can() -> None:
    """Ten seconds of ripple have more points than any list."""
    assert refused_by(FAST) == {"ripple_100hz", *NOBODY}
