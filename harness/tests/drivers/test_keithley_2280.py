"""The Keithley 2280 driver: against its dialogue, and against the simulated 2281S-20-6."""

import re
from functools import partial

import pytest

from harness.drivers.keithley_2280 import Driver
from harness.errors import DeviceRefused, Garbled
from harness.model.units import Seconds, Volts
from harness.testing import Pair, replay
from harness.tests.supplies import SupplyBench, asked, on_supply

OK = ("SYST:ERR?", '+0,"No error"')
NO_HEADER: list[Pair] = [("SYST:ERR?", '-113,"Undefined header"'), OK]
VOLTS, AMPS = ':FORM:ELEM "READ,UNIT";:MEAS:VOLT?', ':FORM:ELEM "READ,UNIT";:MEAS:CURR?'
FETCH, STATE = ':FORM:ELEM "READ,SOUR,UNIT";:FETC?', ":STAT:OPER:INST:ISUM:COND?"
POINTS = [(Volts(3.5), Seconds(0.03)), (Volts(5), Seconds(2))]
bench = partial(on_supply, "2281s-20-6")


def test_set_limit_protect_and_measure() -> None:
    """Levels read back; a reading is taken by its unit; the trip's word is understood."""
    talk = [
        (":VOLT 3.2", None), OK, (":VOLT?", "3.2000"),
        (":VOLT:LIM 6", None), OK, (":VOLT:LIM?", "6.0000"),
        (":VOLT:PROT 6.5", None), OK, (":VOLT:PROT?", "6.5000"),
        (VOLTS, "+3.199961E+00V"), (AMPS, "-1.200000E-06A"),
        (":OUTP:PROT:TRIP?", "NONE"), (":OUTP:PROT:TRIP?", "OTP"),
    ]  # fmt: skip

    with replay(Driver, talk) as supply:
        supply.set_voltage(Volts(3.2))
        supply.set_voltage_limit(Volts(6))
        supply.set_over_voltage(Volts(6.5))
        assert supply.measure_voltage() == pytest.approx(3.199961)
        assert supply.measure_current() == pytest.approx(-1.2e-6)
        assert [supply.tripped(), supply.tripped()] == ["", "otp"]


@pytest.mark.parametrize("answer", ["+3.2E+00A", "+3.199961E+00", "volts"])
def test_a_reading_of_another_unit_is_no_voltage(answer: str) -> None:
    """Amperes, or a number without a unit, are garbled."""
    with replay(Driver, [(VOLTS, answer)]) as supply, pytest.raises(Garbled):
        supply.measure_voltage()


def upload(volts: str = "3.5000,5.0000", dwell: str = "0.0300,2.0000") -> list[Pair]:
    """The dialogue of a list up to what reads back."""
    talk: list[Pair] = [(":VOLT:PROT?", "6.5000")]
    for command in (":ABOR", ":ARM:SOUR IMM", ":LIST:STAT OFF"):
        talk += [(command, None), OK]
    talk += [(":CURR?", "1.5000")]
    rows = {"VOLT": "3.5,5", "CURR": "1.5,1.5", "DWEL": "0.03,2"}
    for what, row in rows.items():
        talk += [(f':LIST9:{what} "{row}"', None), OK]
    told = {"VOLT": volts, "CURR": "1.5000,1.5000", "DWEL": dwell}
    return talk + [(f":LIST9:{what}?", answer) for what, answer in told.items()]


def saved() -> list[Pair]:
    """The dialogue from there to what is set for the run."""
    talk: list[Pair] = []
    for command in (
        ":LIST:SAVE:INTE 9", ":LIST:RCL 9", ":LIST:MCOMP SWEEP", ":LIST:HTIM TIME", ":TRIG:COUN 2",
    ):  # fmt: skip
        talk += [(command, None), OK]
    return talk


def started() -> list[Pair]:
    """The dialogue of the start."""
    talk: list[Pair] = [(":VOLT:PROT?", "6.5000")]
    for command in (':SENS:FUNC "CONC"', ":LIST:STAT ON", ":INIT"):
        talk += [(command, None), OK]
    return talk


def test_while_a_list_runs_the_latest_reading_is_fetched() -> None:
    """A measurement might end it; afterwards one is taken again."""
    talk = [
        *upload(), *saved(), *started(),
        (STATE, "512"), (FETCH, "+1.779709E-03A,+3.500100E+00V"),
        (STATE, "1024"), (VOLTS, "+5.000000E+00V"), (VOLTS, "+5.000000E+00V"),
    ]  # fmt: skip

    with replay(Driver, talk) as supply:
        assert supply.play(POINTS) == POINTS
        assert supply.measure_voltage() == Volts(3.5001)
        assert supply.measure_voltage() == supply.measure_voltage() == Volts(5)


@pytest.mark.parametrize(
    "talk",
    [
        upload(volts="3.5000"),
        [*upload(dwell="0.0200,2.0000"), *saved()],
        [*upload(), *saved(), (":VOLT:PROT?", "21.0000")],
    ],
)
def test_a_list_that_is_not_what_was_asked_for_is_not_started(talk: list[Pair]) -> None:
    """A missing value, another stay, a moved protection."""
    with replay(Driver, talk) as supply, pytest.raises(DeviceRefused):
        supply.play(POINTS)


def test_the_safe_state_of_a_2280s_passes_over_what_it_does_not_have() -> None:
    """The battery's commands are unknown there; what counts is the output and its voltage."""
    talk: list[Pair] = [(":OUTP:STAT OFF", None)]
    for command in (":ABOR", ":ARM:SOUR IMM", ":LIST:STAT OFF"):
        talk += [(command, None), OK]
    for command in (":BATT:OUTP OFF", ":ENTR:FUNC POWER"):
        talk += [(command, None), *NO_HEADER]
    talk += [(":OUTP:STAT OFF", None), OK, (":OUTP:STAT?", "0"), (VOLTS, "+1.0E-03V")]

    with replay(Driver, talk) as supply:
        supply.make_safe()


# --- the simulated instrument ---------------------------------------------------------------


def test_a_foreign_client_finds_the_manuals_answers() -> None:
    """Six points written in two goes, elements of a reading, the trip's word."""

    def story(on: SupplyBench) -> None:
        on.ask(':LIST1:CURR "1,1,1"', ':LIST1:VOLT "5,10,15"', ':LIST1:DWEL "2,2,2"')
        on.ask(':LIST1:CURR:APPE "2,2,2"', ':LIST1:VOLT:APPE "5,10,15"', ':LIST1:DWEL:APPE "3,3,3"')
        assert on.ask(":LIST:SAVE:INTE 1", ":LIST1:CURR?") == (
            "1.0000,1.0000,1.0000,2.0000,2.0000,2.0000"
        )
        assert on.ask(":OUTP:PROT:TRIP?") == "NONE"
        number = r"[+-]\d\.\d{6}E[+-]\d\d"
        assert re.fullmatch(rf"{number}V,{number}V,{number}s", on.ask(":MEAS:VOLT?"))
        assert re.fullmatch(number, on.ask(':FORM:ELEM "READ"', ":MEAS:CURR?"))
        assert on.ask(":SENS:FUNC?") == '"CURRENT"'
        assert on.ask(":FORM:ELEM?") == "READ"
        assert on.ask(":VOLT:PROT? MAX") == "21.0000"
        assert on.ask("SYST:ERR?") == '+0,"No error"'

    bench(story)


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (":VOLT 21", "-222"),
        (":VOLT:LIM 6;:VOLT 7", "-222"),
        (":VOLT:PROT 0.4", "-222"),
        (':LIST1:VOLT "' + ",".join(["1"] * 100) + '"', "201"),
        (':LIST1:VOLT "1,2";DWEL "1";:LIST:SAVE:INTE 1', "202"),
        (':LIST10:VOLT "1"', "-114"),
        (':LIST1:DWEL "61"', "-222"),
        (":LIST1:VOLT 5", "-104"),
        (':SENS:FUNC "VOLT";:LIST:STAT ON', "209"),
        (":INIT;*TRG", "-211"),
        (":ENTR:FUNC TEST;:OUTP ON", "-221"),
        (":BATT:OUTP 1", "-221"),
        (":ARM:SOUR BUS;:MEAS:VOLT?", "-221"),
    ],
)
def test_what_cannot_be_is_refused_by_number(message: str, code: str) -> None:
    """201, 202 and 209 are the maker's own, with the maker's words."""
    assert asked("2281s-20-6", message, "SYST:ERR?").lstrip("+").startswith(f"{code},")


def test_a_list_is_played_polled_and_left() -> None:
    """Polling does not end it, though a measurement would."""

    def story(on: SupplyBench) -> None:
        on.energise(5)
        on.driver.play([(Volts(3), Seconds(2)), (Volts(4), Seconds(2))])
        on.clock.sleep(1)
        on.driver.poll()
        assert on.seen[-1][1]["volts"] == pytest.approx(3, abs=0.01)
        on.clock.sleep(2)
        assert on.driver.measure_voltage() == pytest.approx(4, abs=0.01)
        on.clock.sleep(2)
        assert on.driver.measure_voltage() == pytest.approx(4, abs=0.01)
        on.driver.stop()
        on.clock.sleep(0.5)
        assert on.rail.volts() == pytest.approx(5)
        on.driver.play([(Volts(3), Seconds(9))])
        on.ask(":MEAS:VOLT?")
        assert on.ask(STATE) == "1024"

    bench(story)


def test_a_list_by_bus_waits_for_its_trigger() -> None:
    """The manual's example: ARM:SOUR BUS, TRIG:COUN, LIST:STAT, INIT, *TRG."""

    def story(on: SupplyBench) -> None:
        on.energise(5)
        on.ask(':LIST1:VOLT "1,2,3"', ':LIST1:CURR "1,1,1"', ':LIST1:DWEL "1,1,1"')
        on.ask(":LIST:SAVE:INTE 1", ":LIST:RCL 1", ":ARM:SOUR BUS", ":TRIG:COUN 2", ":LIST:STAT ON")
        assert on.ask(":INIT", STATE) == "64"
        assert on.rail.volts() == pytest.approx(5)
        assert on.ask("*TRG", STATE) == "512"
        on.clock.sleep(5)
        assert on.rail.volts() == pytest.approx(2)

    bench(story)


def test_a_battery_that_was_left_on_is_switched_off() -> None:
    """The supply's OFF is refused in that function; the safe state comes back to POWER."""

    def story(on: SupplyBench) -> None:
        on.ask(":ENTR:FUNC SIMULATOR", ":BATT:OUTP ON")
        on.clock.sleep(1)
        assert on.rail.volts() == pytest.approx(4)
        assert on.ask(":OUTP OFF", ":BATT:OUTP?") == "1"
        on.driver.make_safe()
        assert on.rail.volts() < 0.5
        assert on.ask(":ENTR:FUNC?") == "POWER"

    bench(story)
