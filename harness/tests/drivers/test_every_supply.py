"""What is the same for every supply: a table where the models differ, one story where they do not.

The conformance kit asks more of them (``tests/conformance``); an instrument's own character stands
in the file of its name.
"""

import re
from collections.abc import Callable
from typing import Any

import pytest

from harness.clock import CooperativeClock
from harness.errors import DeviceRefused, PortTimeout, RigError, UsageError
from harness.files import fixture, read_plain
from harness.model.power import DeadMan, HardLimited, ListMode, Protected, Supply
from harness.model.roles import Identified, Polled, SafeState, plays
from harness.model.units import Seconds, Volts
from harness.ports.memory import pair
from harness.sim.supplies.make import language_of, models
from harness.testing import Pair, replay
from harness.tests.supplies import SupplyBench, driver_of, on_supply

#: What each driver plays besides what all of them do.
ROLES: dict[str, set[Any]] = {
    "eez_bb3": {Protected, HardLimited, ListMode},
    "keithley_2230": {HardLimited},
    "keithley_2280": {Protected, HardLimited, ListMode},
    "keysight_e36100": {Protected},
    "keysight_e36200": {Protected},
    "keysight_e36300": {Protected, ListMode},
    "keysight_n6700": {Protected, ListMode, DeadMan},  # VOLT:LIM is of source-measure modules only
    "korad_ka3005": set(),  # its protections trip at the set values
    "rigol_dp2000": {Protected, ListMode},
    "rigol_dp800": {Protected, ListMode},
    "rs_hmp": {Protected, ListMode},
    "rs_nge": {Protected},
    "rs_ngx": {Protected, HardLimited, ListMode},
    "scpi": {Protected},  # where a supply has it
    "siglent_spd": {ListMode},
    "tdk_genesys": {Protected},
    "tdk_genesys_plus": {Protected},  # its LIST is unconfirmed
}
IDENTITIES: dict[str, str | None] = {
    "Envox,EEZ BB3,0000000001,1.8": "eez_bb3",
    "Keithley Instruments Inc.,2230-30-1,9100001,1.16-1.05": "keithley_2230",
    "KEITHLEY INSTRUMENTS INC., 2220G-30-1, 9100001, 1.16": "keithley_2230",
    "KEITHLEY INSTRUMENTS,MODEL 2230G-30-1,1,1": "keithley_2230",
    "KEITHLEY INSTRUMENTS INC.,MODEL 2281S-20-6,4000001,01.08b": "keithley_2280",
    "KEITHLEY INSTRUMENTS INC.,MODEL 2280S-32-6,1,1": "keithley_2280",
    "KEITHLEY INSTRUMENTS INC., 2280S-32-6, 4000001, 01.02": "keithley_2280",
    "KEITHLEY INSTRUMENTS INC.,MODEL 2400,1,1": None,  # a SourceMeter
    "Keysight Technologies,E36103B,MY61001983,1.0.2-1.02": "keysight_e36100",
    "KEYSIGHT,E36106A,MY1,1.0": "keysight_e36100",
    "Keysight Technologies,E36154A,MY1,1.0": None,
    "Keysight Technologies,E36233A,MY1,1.1.1-1.0.3-1.01": "keysight_e36200",
    "Keysight Technologies,E36231A,MY1,1.0": "keysight_e36200",
    "KEYSIGHT,E36234A,MY1,1.0": "keysight_e36200",
    "Keysight Technologies,EL36234A,MY1,1.0": None,  # a load
    "KEYSIGHT,E36313A,MY1,1.0": "keysight_e36300",
    "Keysight Technologies,E36312A,MY1,1.0": "keysight_e36300",
    "Keysight Technologies,N6701C,MY1,E.02": "keysight_n6700",
    "Agilent Technologies,N6705B,MY1,D.01.08": "keysight_n6700",
    "Agilent Technologies,N6702A,MY1,C.00": "keysight_n6700",
    "Agilent Technologies,N6972A,MY1,A.01": None,
    "KORADKA3005PV2.0": "korad_ka3005",
    "TENMA72-2540V2.1": "korad_ka3005",
    "VELLEMANPS3005DV2.0": "korad_ka3005",
    "VELLEMANLABPS3005DV2.0": "korad_ka3005",
    "RND 320-KA3005P V2.0": "korad_ka3005",
    "S-LS-31 V2.0": "korad_ka3005",
    "KORAD KD3005P V2.0 SN:1": "korad_ka3005",
    "TENMA 72-13360": "korad_ka3005",
    "RIGOL TECHNOLOGIES,DP2031,DP2A1,01.00.01.00.16": "rigol_dp2000",
    "RIGOL TECHNOLOGIES,DP832,DP8C1,00.01.16": "rigol_dp800",
    "RIGOL TECHNOLOGIES,DP811A,DP8D1,00.01.16": "rigol_dp800",
    "RIGOL TECHNOLOGIES,DP712,DP7A1,01.00": None,
    "RIGOL TECHNOLOGIES,DP932A,DP9C1,00.01.00": None,
    "HAMEG,HMP2030,000000001,HW50020003/SW2.51": "rs_hmp",  # the old maker's name
    "ROHDE&SCHWARZ,HMP4040,103781,HW50020003/SW2.62": "rs_hmp",
    "ROHDE & SCHWARZ,HMP2020,1,2": "rs_hmp",
    "HAMEG,HMO3524,1,2": None,  # an oscilloscope
    "Rohde&Schwarz,NGE102B,5601.3800k02/100001,1.54": "rs_nge",
    "Rohde&Schwarz,NGE103B,5601.3800k03/1,1.54": "rs_nge",
    "Rohde&Schwarz,NGM202,3638.4472k03/100001,04.000 00CF88D3EA6": "rs_ngx",
    "Rohde&Schwarz,NGP804,5601.4007.05/100001,02.020": "rs_ngx",
    "Rohde&Schwarz,NGU401,3639.3763k02/1,03.067": "rs_ngx",
    "Rohde&Schwarz,NGL201,3638.3376k02/1,03.067": "rs_ngx",
    "Rohde&Schwarz,NGA142,5601.8002k04/1,1.0": None,
    "Siglent Technologies,SPD3303X-E,SPD3X1,1.01.01.02.05,V3.0": "siglent_spd",
    "Siglent Technologies,SPD1168X,SPD131,2.1.1.9,V1.0": "siglent_spd",
    "Siglent Technologies,SPD3303C,SPD3E1,1.02.01.01.03R9,V1.3": None,  # it has no timer
    "Siglent Technologies,SDM3055,SDM1,1.01": None,  # a meter
    "LAMBDA,GEN20-38": "tdk_genesys",
    "Lambda, GEN40-38": "tdk_genesys",  # as older units spell it
    "TDK-LAMBDA,G20-5,1,1": "tdk_genesys_plus",
    "TDK-LAMBDA,G20-85,1,1": "tdk_genesys_plus",
    "TDK-LAMBDA,Z20-20,1,1": "tdk_genesys_plus",
}
#: The most points of a list, and stays it cannot hold with what is said of them.
LISTS: dict[str, tuple[int, dict[float, str]]] = {
    "eez_bb3": (256, {0.00005: "0.001 s"}),  # which it would take silently
    "keithley_2280": (99, {0.01: "0.02 s", 61: "60 s"}),
    "keysight_e36300": (100, {0.001: "0.01 s", 4000: "3600"}),
    "keysight_n6700": (512, {300: "262.144"}),
    "rigol_dp2000": (512, {3601: "3600"}),
    "rigol_dp800": (2048, {0.5: "1 s", 1.5: "whole 1 s"}),
    "rs_hmp": (128, {0.05: "0.06 s", 0.065: "whole 0.01 s", 11: "10 s"}),
    "rs_ngx": (1024, {0.005: "0.01 s", 61: "60 s"}),
    "siglent_spd": (4, {0.5: "1 s", 2.5: "whole 1 s"}),
}
#: The first words of the safe state, the order itself before any other; channel 2 where there is.
ORDERS: dict[str, tuple[str, str]] = {
    "eez_bb3": ("OUTP OFF,CH2", "ABOR"),
    "keithley_2230": ("INST:SEL CH2;:SOUR:CHAN:OUTP:STAT 0",) * 2,
    "keithley_2280": (":OUTP:STAT OFF", ":ABOR"),
    "keysight_e36100": ("OUTP OFF",) * 2,
    "keysight_e36300": ("OUTP OFF,(@2)", "ABOR (@2)"),
    "keysight_n6700": ("OUTP OFF,(@2)", "ABOR:TRAN (@2)"),
    "rigol_dp2000": (":OUTP CH2,OFF", ":TIME:CHAN CH2"),
    "rigol_dp800": (":OUTP CH2,OFF", ":OUTP:TIME:STAT CH2,OFF"),
    "rs_hmp": ("OUTP:GEN 0;:INST:NSEL 2;:OUTP:SEL 0", "ARB:STOP 2"),
    "rs_nge": ("OUTP:GEN OFF;:INST:NSEL 2;:OUTP OFF",) * 2,
    "rs_ngx": ("OUTP:GEN OFF;:INST:NSEL 2;:OUTP OFF", "INST:NSEL 2;:ARB OFF"),
    "siglent_spd": ("OUTP CH2,OFF", "TIME CH2,OFF"),
    "tdk_genesys_plus": ("OUTP:STAT OFF",) * 2,
}
ONE_OUTPUT = {"keithley_2280", "keysight_e36100", "tdk_genesys_plus"}
#: No set-point of theirs comes near the over-voltage level, or the driver sees to it.
GUARDED = {"eez_bb3", "tdk_genesys", "tdk_genesys_plus"}


def outputs_of(model: str) -> list[int]:
    """The first two of its outputs that reach 9 V."""
    outputs = read_plain(fixture("supply", model, "personality.yaml"))["channels"]
    return [n for n, one in outputs.items() if one["volts"] >= 9][:2]


def playing(role: Any) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """A story of every model whose driver plays this role."""
    able = [model for model in models() if role in ROLES[language_of(model)]]
    return pytest.mark.parametrize("model", able)


@pytest.mark.parametrize("word", ROLES)
def test_it_plays_its_roles_and_no_other(word: str) -> None:
    """What a rig and a fault may ask of it."""
    driver, always = driver_of(word), {Supply, Identified, Polled, SafeState}
    powers = {Protected, HardLimited, ListMode, DeadMan}
    assert {role for role in always | powers if plays(driver, role)} == always | ROLES[word]


def test_no_language_is_left_out() -> None:
    """A new model is asked the same."""
    assert set(ROLES) == {language_of(model) for model in models()}
    assert set(LISTS) == {word for word, roles in ROLES.items() if ListMode in roles}


@pytest.mark.parametrize("text", IDENTITIES)
def test_an_instrument_is_recognised_by_its_own_driver_alone(text: str) -> None:
    """The generic one, which takes what is left, has a test of its own."""
    fits = {word for word in set(ROLES) - {"scpi"} if re.search(_module(word).IDENTITY, text)}
    assert fits == {IDENTITIES[text]} - {None}


def _module(word: str) -> Any:
    return __import__(f"harness.drivers.{word}", fromlist=["IDENTITY"])


@pytest.mark.parametrize(
    ("word", "options", "said"),
    [
        ("keithley_2230", {"channel": 4}, "no channel 4"),  # it would stay at another one
        ("keysight_e36100", {"channel": 2}, "one output"),
        ("korad_ka3005", {"channel": 2}, "has one"),
        ("siglent_spd", {"channel": 3}, "channel 3"),  # what cannot be verified feeds no terminal
        ("tdk_genesys", {"channel": 2}, "wanted"),
        ("tdk_genesys", {"address": 31}, "wanted"),
        ("tdk_genesys_plus", {"channel": 2}, "wanted"),
        ("tdk_genesys_plus", {"address": 32}, "wanted"),
    ],
)
def test_an_output_it_does_not_have_is_refused(
    word: str, options: dict[str, int], said: str
) -> None:
    """Before a word is on the wire."""
    with pytest.raises((RigError, UsageError), match=said):
        driver_of(word)(pair(CooperativeClock(), "supply")[0], **options)


@pytest.mark.parametrize("word", LISTS)
def test_a_list_it_cannot_play_is_refused_before_the_wire(word: str) -> None:
    """Nothing is written for one of no point, of too many, or of stays that it cannot hold."""
    most, stays = LISTS[word]
    point = (Volts(1), Seconds(1))
    wrong = [([], f"1 to {most}"), ([point] * (most + 1), f"1 to {most}")]
    wrong += [([(Volts(1), Seconds(stay))], said) for stay, said in stays.items()]

    with replay(driver_of(word), []) as supply:
        for points, said in wrong:
            with pytest.raises(DeviceRefused, match=re.escape(said)):
                supply.play(points)


@pytest.mark.parametrize("word", ORDERS)
def test_a_supply_that_says_nothing_is_told_to_go_off_all_the_same(word: str) -> None:
    """The first thing on the wire is the order itself, and it waits for no answer."""
    first, second = ORDERS[word]
    talk: list[Pair] = [(first, None), (second, None), ("SYST:ERR?", None)]
    options = {} if word in ONE_OUTPUT else {"channel": 2}

    def silent(port: Any) -> Any:
        return driver_of(word)(port, **options)

    with replay(silent, talk) as supply, pytest.raises(PortTimeout):
        supply.make_safe()


# --- the simulated instruments --------------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "channel"), [(model, n) for model in models() for n in outputs_of(model)]
)
def test_its_daily_work(model: str, channel: int) -> None:
    """Set, switch, measure under load, poll, be safe: each is seen, and no other output moves."""

    def story(bench: SupplyBench) -> None:
        supply = bench.driver
        assert re.search(_module(language_of(model)).IDENTITY, supply.identify())
        if plays(supply, Protected):
            supply.set_over_voltage(Volts(10))
        bench.energise(9)
        assert supply.output()
        assert {n for n, one in bench.supply.channels.items() if one.on} == {channel}
        assert supply.measure_voltage() == pytest.approx(9, abs=0.02)
        assert supply.measure_current() == pytest.approx(0.3, abs=0.02)
        supply.poll()
        assert bench.kinds() == ["set", "output", "measured", "measured"]
        told = {"volts"} if model == "ka3005p" else {"volts", "amps"}  # each takes it a while
        assert set(bench.seen[-1][1]) == told
        supply.make_safe()
        assert bench.rail.volts() < 0.5
        assert not supply.output()
        assert bench.seen[-1][1]["volts"] < 0.5

    on_supply(model, story, channel=channel, current=1)


@pytest.mark.parametrize("model", models())
def test_beyond_its_rating_it_says_so_in_its_own_words(model: str) -> None:
    """The instrument's own refusal reaches the reader."""
    own = {"ka3005p": "reads back", "gen20_38": "E01|C05", "eez_bb3": "would move"}

    def story(bench: SupplyBench) -> None:
        with pytest.raises(DeviceRefused, match=own.get(model, "-222")):
            bench.driver.set_voltage(Volts(99))

    on_supply(model, story)


@playing(Protected)
def test_a_trip_is_seen_once_and_cleared_without_a_surprise(model: str) -> None:
    """It cannot be switched on meanwhile; clearing leaves it off, and the level where it was."""
    if model == "generic_bare":
        pytest.skip("it has no protection, and its driver finds that out")

    def story(bench: SupplyBench) -> None:
        supply = bench.driver
        bench.energise(5, ovp=6)
        if language_of(model) in GUARDED:
            bench.channel.protect("ovp")  # from outside
        else:
            supply.set_voltage(Volts(9))
        bench.clock.sleep(1)
        assert [supply.tripped(), supply.tripped()] == ["ovp", "ovp"]
        assert bench.kinds().count("tripped") == 1
        assert not supply.output()
        with pytest.raises(DeviceRefused):
            supply.set_output(on=True)
        supply.set_voltage(Volts(4))
        supply.clear_trip()
        bench.clock.sleep(1)
        assert supply.tripped() == ""
        assert not supply.output()
        assert bench.rail.volts() < 0.5
        assert supply.over_voltage() == Volts(6)
        bench.energise(4)
        assert bench.rail.volts() == pytest.approx(4, abs=0.01)

    on_supply(model, story, channel=outputs_of(model)[0], current=1)


@playing(ListMode)
def test_a_list_is_played_held_and_left(model: str) -> None:
    """Polled meanwhile; its last point is held; stopped or off, the set voltage is back."""

    def story(bench: SupplyBench) -> None:
        supply, able = bench.driver, bench.driver.capability
        stay = Seconds(max(able.dwell_step, 0.5))
        points = [(Volts(4), stay), (Volts(6), stay)]

        bench.energise(9)
        assert supply.play(points) == points
        bench.clock.sleep(stay / 2)
        assert bench.rail.volts() == pytest.approx(4)
        supply.poll()
        assert bench.seen[-1][1]["volts"] == pytest.approx(4, abs=0.02)
        bench.clock.sleep(stay)
        assert bench.rail.volts() == pytest.approx(6)
        bench.clock.sleep(600)
        assert bench.rail.volts() == pytest.approx(6)
        assert supply.output()
        supply.stop()
        bench.clock.sleep(1)
        assert bench.rail.volts() == pytest.approx(9)

        supply.play([(Volts(4), Seconds(10))])
        supply.stop()
        bench.clock.sleep(1)
        assert bench.rail.volts() == pytest.approx(9)
        supply.play([(Volts(4), Seconds(10))])
        supply.make_safe()
        bench.energise(9)
        assert bench.rail.volts() == pytest.approx(9)

    on_supply(model, story, channel=outputs_of(model)[0], current=1)


@playing(ListMode)
def test_its_longest_list_is_not_too_much_at_once(model: str) -> None:
    """It is asked for errors on the way, so that no answer waits for hundreds of commands."""

    def story(bench: SupplyBench) -> None:
        able = bench.driver.capability
        stay = Seconds(max(able.dwell_step, 0.1))
        points = [(Volts(3 + n % 2), stay) for n in range(able.points)]
        bench.energise(5)
        assert bench.driver.play(points) == points
        bench.driver.make_safe()
        assert bench.rail.volts() < 0.5

    on_supply(model, story, channel=outputs_of(model)[0], current=1)
