"""Every preset on the drivers of a simulated supply and switch: the rail does what was asked."""

import itertools
from typing import Any

import pytest

from harness.clock import Task
from harness.errors import NotSupported
from harness.faults.power_preset import PowerPreset
from harness.model.means import means_of
from harness.model.presets import PRESETS
from harness.model.rig import Limits
from harness.model.trace import Observation
from harness.model.units import Amps, Fraction, Seconds, Volts
from harness.tests.faults.feed import NOMINAL, Feed, holds, on_feed

#: preset -> how it is made here, and parameters that keep a long one short.
MADE: dict[str, tuple[str, dict[str, Any]]] = {
    "dip_70": ("list", {}),
    "dip_40": ("list", {}),
    "interrupt_open": ("pulse", {}),
    "interrupt_short": ("switch", {}),
    "variation_85_120": ("list", {}),
    "variation_80_120": ("list", {}),
    "momentary_drop": ("list", {}),
    "crank_12v": ("list", {"hold": Seconds(1)}),
    "jump_start": ("host", {"stay": Seconds(5)}),
    "slow_brownout": ("host", {}),
    "slow_down_fast_up": ("host", {}),
    "sag_and_recover": ("host", {"repeat": 2}),
    "cut_at_random": ("switch", {"seed": 3}),
    "cut_in_update": ("pulse", {"seed": 3}),
    "plug_bounce": ("pulse", {"seed": 7}),
    "chatter": ("switch", {"stay": Seconds(4)}),
}
SEARCHES = {name for name, row in PRESETS.items() if row.search}
#: preset -> why not with this supply and a switch in the supply line.
REFUSED = {
    "ac_drop_half": "adapter's mains",
    "ac_drop_1": "adapter's mains",
    "ac_70_25": "AC source",
    "ac_40_10": "AC source",
    "ac_80_250": "AC source",
    "ac_0_250": "adapter's mains",
    "ripple_100hz": "dwell of 0.5 ms or less; this keysight_e36300 has 10 ms",
    "battery_sag": "simulates a battery",
    "battery_pull": "battery's line",
    "usb_c_replug": "VBUS",
    "poe_cycle": "port's power",
}


def test_every_preset_is_made_searched_or_refused_here() -> None:
    """None is forgotten by these tests."""
    assert {*MADE, *SEARCHES, *REFUSED} == set(PRESETS)


@pytest.mark.parametrize("name", MADE)
def test_the_rail_does_as_asked(name: str) -> None:
    """In each round, in the middle of each level, the terminal's input is there or on its way."""

    def story(feed: Feed) -> None:
        how, given = MADE[name]
        fault = PowerPreset(name, **given)
        effect = feed.hold(fault, 1e-4 if name == "plug_bounce" else 1e-3)
        (asked,) = feed.of("power_asked")
        rounds = feed.of("power_achieved")
        assert effect
        assert asked["how"] == how
        assert [row["round"] for row in rounds] == list(range(1, len(rounds) + 1))
        for row in rounds:
            _check_round(feed, row, asked)
        feed.clock.sleep(0.5)
        assert feed.volts() == pytest.approx(NOMINAL, abs=0.02)

    on_feed(story)


def _check_round(feed: Feed, row: Observation, asked: Observation) -> None:
    """The sampled rail against one round's points."""
    for middle, length, level in holds(asked["points"]):
        got = feed.at(row["began"] + middle)
        if length >= 0.05:
            assert got == pytest.approx(level, abs=0.1), f"{level} V at {middle} s"
        elif level < NOMINAL:
            end = row["began"] + middle + length / 2
            moved = min(0.1, 15 * length)  # V: what the terminal's own capacitor loses
            assert min(got, feed.at(end)) < NOMINAL - moved, f"{level} V at {middle} s"
    late = row.get("late")
    assert late is None or late <= row["tolerance"]


@pytest.mark.parametrize(("name", "reason"), REFUSED.items())
def test_what_this_rig_cannot_is_refused_by_name_before_anything_moves(
    name: str, reason: str
) -> None:
    """The reason says what is needed; the rail stays where it is."""

    def story(feed: Feed) -> None:
        fault = PowerPreset(name)
        said = fault.refusal(means_of(feed.cast.players, NOMINAL))
        assert name in said
        assert reason in said
        with pytest.raises(NotSupported, match=name), fault.inject(feed.cast):
            pass
        assert feed.volts() == pytest.approx(NOMINAL, abs=0.02)
        assert not feed.of("power_asked")

    on_feed(story)


@pytest.mark.parametrize("name", ["interrupt_open", "plug_bounce", "chatter", "power_cycle_sweep"])
def test_without_a_switch_a_line_is_not_opened(name: str) -> None:
    """An output that goes off is no interrupted line, nor fast enough for 20 ms."""

    def story(feed: Feed) -> None:
        said = PowerPreset(name).refusal(means_of(feed.cast.players, NOMINAL))
        assert name in said
        assert "switch in the supply line" in said

    on_feed(story, switch=False)


@pytest.mark.parametrize("lasting", [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0])
def test_interruptions_last_as_long_as_asked(lasting: float) -> None:
    """Each of the standard's durations, by the switch's own timer or by the host."""

    def story(feed: Feed) -> None:
        assert feed.hold(PowerPreset("interrupt_open", stay=Seconds(lasting), repeat=1), 1e-4)
        began = feed.of("power_achieved")[0]["began"]
        low = [t for t, volts in feed.rail if volts < NOMINAL - 0.05 and t >= began]
        assert low[-1] - low[0] == pytest.approx(lasting, abs=0.002 + 0.02 * lasting)

    on_feed(story)


def test_three_events_lie_ten_seconds_apart() -> None:
    """From the end of one to the start of the next (IEC 61000-4-29)."""

    def story(feed: Feed) -> None:
        feed.hold(PowerPreset("dip_40"), 0.01)
        starts = [row["began"] for row in feed.of("power_achieved")]
        assert len(starts) == 3
        assert all(
            later - one == pytest.approx(10.1, abs=0.2) for one, later in itertools.pairwise(starts)
        )

    on_feed(story)


def test_what_was_uploaded_is_what_was_read_back() -> None:
    """The list of the instrument, told with volts and stays."""

    def story(feed: Feed) -> None:
        feed.hold(PowerPreset("dip_40", repeat=1))
        (row,) = feed.of("power_uploaded")
        assert row["how"] == "list"
        assert row["points"] == [[2.0, 0.1], [5.0, 0.01]]
        assert min(volts for _, volts in feed.of("power_achieved")[0]["points"]) < 2.1

    on_feed(story)


def test_pulses_are_told_as_the_switch_timed_them() -> None:
    """Achieved are the openings of its own timer, closing last."""

    def story(feed: Feed) -> None:
        feed.hold(PowerPreset("plug_bounce", seed=1))
        points = feed.of("power_achieved")[0]["points"]
        assert points[0] == (0.0, 0.0)
        assert points[-1][1] == NOMINAL
        assert points[-1][0] == pytest.approx(0.08, abs=0.001)

    on_feed(story)


@pytest.mark.parametrize("name", ["dip_40", "interrupt_short", "jump_start", "chatter"])
def test_an_error_in_mid_preset_leaves_the_line_whole(name: str) -> None:
    """Whatever breaks within: closed, not shorted, at nominal, the list stopped."""

    def story(feed: Feed) -> None:
        fault = PowerPreset(name, stay=Seconds(2))
        player = feed.clock.spawn("play", lambda: _play_soon(feed, fault))
        with pytest.raises(ZeroDivisionError), fault.inject(feed.cast):
            _break_off(feed, player)
        feed.clock.sleep(1)
        assert feed.volts() == pytest.approx(NOMINAL, abs=0.02)
        assert feed.switch.closed()

    on_feed(story)


def _play_soon(feed: Feed, fault: PowerPreset) -> None:
    feed.clock.sleep(0.1)
    fault.play(feed.cast)


def _break_off(feed: Feed, player: Task) -> None:
    feed.clock.sleep(0.7)
    player.kill()
    player.join()
    raise ZeroDivisionError


def test_a_limit_of_the_rig_refuses_what_goes_beyond_it() -> None:
    """120 % needs a limit above 120 %; a list of allowed presets keeps the others out."""

    def story(feed: Feed) -> None:
        tight = means_of(feed.cast.players, NOMINAL, Limits(Volts(6), Amps(2)))
        named = means_of(
            feed.cast.players, NOMINAL, Limits(Volts(11), Amps(2), presets=("dip_70",))
        )
        assert "goes up to 6 V" in PowerPreset("variation_80_120").refusal(tight)
        assert "goes up to 10 V" in PowerPreset("jump_start").refusal(tight)
        assert PowerPreset("dip_70").refusal(named) == ""
        assert "not among the presets" in PowerPreset("dip_40").refusal(named)

    on_feed(story)


def test_the_highest_voltage_is_known_beforehand() -> None:
    """So that protection can be armed above it, and no higher."""
    assert PowerPreset("variation_80_120").highest(Volts(10)) == pytest.approx(12)
    assert PowerPreset("jump_start").highest(Volts(12)) == pytest.approx(24)
    assert PowerPreset("dip_40").highest(Volts(10)) == pytest.approx(10)
    assert PowerPreset("jump_start").highest(Volts(24)) == pytest.approx(24)  # it has none


@pytest.mark.parametrize(
    ("name", "feeds"), [("ac_0_250", "mains"), ("usb_c_replug", "vbus"), ("poe_cycle", "poe")]
)
def test_a_switch_elsewhere_makes_the_presets_of_its_place(name: str, feeds: str) -> None:
    """An adapter's mains, VBUS, a port's power: opened there, and not taken for the supply line."""

    def story(feed: Feed) -> None:
        assert feed.hold(PowerPreset(name, repeat=1), 0.01)
        assert feed.of("power_asked")[0]["lines"] == [feeds]
        assert feed.of("opened")
        assert feed.switch.closed()
        said = PowerPreset("interrupt_open").refusal(means_of(feed.cast.players, NOMINAL))
        assert f"feeds {feeds}" in said

    on_feed(story, feeds=feeds)


def test_a_battery_is_pulled_beside_an_output_that_is_off() -> None:
    """The supply's output is the adapter, the switch is in the battery's line; both are back."""

    def story(feed: Feed) -> None:
        feed.hold(PowerPreset("battery_pull"), 0.01)
        order = [
            row.kind if row.source == "switch" else f"output {row['on']}"
            for row in feed.seen
            if row.kind in ("opened", "closed", "output")
        ]
        assert order[:4] == ["output False", "opened", "closed", "output True"]
        assert order[4:8] == ["opened", "output False", "output True", "closed"]
        assert feed.supply.output()
        assert feed.switch.closed()

    on_feed(story, feeds="battery")


def test_protection_that_is_armed_too_low_refuses_what_would_trip_it() -> None:
    """A rig armed for nominal does not let 120 % trip its supply."""

    def story(feed: Feed) -> None:
        feed.supply.set_over_voltage(Volts(5.5))
        with (
            pytest.raises(NotSupported, match=r"armed at 5.5 V"),
            PowerPreset("variation_80_120").inject(feed.cast),
        ):
            pass
        assert feed.supply.tripped() == ""

    on_feed(story)


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"preset": "dip_4"}, "no preset 'dip_4'; did you mean 'dip_40'"),
        ({"preset": "dip_40", "depth": Fraction(0.1)}, "no parameter 'depth'"),
        ({"preset": "dip_40", "stay": Seconds(1000)}, "lasting 1000 s seen"),
    ],
)
def test_a_wrong_preset_is_refused_when_the_file_is_read(
    given: dict[str, Any], reason: str
) -> None:
    """With the nearest name, the parameters it has, the values that would do."""
    with pytest.raises(ValueError, match=reason):
        PowerPreset(**given)
