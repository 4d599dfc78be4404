"""The DP800 driver: against its dialogue, and against the simulated DP832."""

import re
from functools import partial

import pytest

from harness.drivers.rigol_dp800 import Driver
from harness.errors import BenchError, DeviceRefused, Garbled, PortTimeout
from harness.model.units import Amps, Seconds, Volts
from harness.testing import Pair, replay
from harness.tests.supplies import SupplyBench, asked, on_supply

OK = ("SYST:ERR?", '0,"No error"')
on_channel_2 = partial(Driver, channel=2)
bench = partial(on_supply, "dp832")


def test_what_is_set_is_read_back_with_the_channel_in_every_command() -> None:
    """Voltage, current and protection name their channel; YES and NO are understood."""
    talk = [
        (":SOUR2:VOLT 3.2", None), OK, (":SOUR2:VOLT?", "3.200"),
        (":SOUR2:CURR 1", None), OK, (":SOUR2:CURR?", "1.0000"),
        (":OUTP:OVP:VAL CH2,6", None), OK, (":OUTP:OVP:VAL? CH2", "6.000"),
        (":OUTP:OVP CH2,ON", None), OK, (":OUTP:OVP? CH2", "ON"),
        (":MEAS:VOLT? CH2", "3.1996"),
        (":OUTP:OVP:QUES? CH2", "NO"), (":OUTP:OCP:QUES? CH2", "YES"),
    ]  # fmt: skip

    with replay(on_channel_2, talk) as supply:
        supply.set_voltage(Volts(3.2))
        supply.set_current_limit(Amps(1))
        supply.set_over_voltage(Volts(6))
        assert supply.measure_voltage() == Volts(3.1996)
        assert supply.tripped() == "ocp"


def test_a_set_point_that_reads_back_differently_is_refused() -> None:
    """No error in the queue is no proof."""
    talk = [(":SOUR2:VOLT 3.2", None), OK, (":SOUR2:VOLT?", "5.000")]

    with replay(on_channel_2, talk) as supply, pytest.raises(DeviceRefused, match="reads back"):
        supply.set_voltage(Volts(3.2))


LIST: list[Pair] = [
    (":OUTP:OVP:VAL? CH2", "6.000"),
    (":OUTP:TIME:STAT CH2,OFF", None), OK,
    (":INST:NSEL 2", None), OK, (":INST:NSEL?", "2"), (":SOUR2:CURR?", "1.5000"),
    (":TIME:PARA 0,3.5,1.5,1", None), (":TIME:PARA 1,5,1.5,2", None), OK,
    (":TIME:GROUP 2", None), OK, (":TIME:CYCLE N,1", None), OK, (":TIME:ENDS LAST", None), OK,
    (":TIME:CYCLE?", "N,1"), (":TIME:ENDS?", "LAST"),
]  # fmt: skip
POINTS = [(Volts(3.5), Seconds(1)), (Volts(5), Seconds(2))]


def test_a_list_is_written_read_back_and_started() -> None:
    """The block is read by its groups, whatever its digits say, and the protection is looked at."""
    talk = [
        *LIST,
        (":TIME:PARA? 0,2", "#90000000380,3.500,1.5000,1;1,5.000,1.5000,2;"),
        (":OUTP:OVP:VAL? CH2", "6.000"),
        (":OUTP:TIME:STAT CH2,ON", None), OK,
    ]  # fmt: skip

    with replay(on_channel_2, talk) as supply:
        assert supply.play(POINTS) == POINTS


@pytest.mark.parametrize(
    ("block", "guard", "said"),
    [
        ("#90000000380,3.500,1.5000,1;1,5.000,1.5000,1;", None, DeviceRefused),
        ("#90000000190,3.500,1.5000,1;", None, DeviceRefused),
        ("#90000000060,3.5;", None, Garbled),
        ("0,3.500,1.5000,1;1,5.000,1.5000,2;", None, DeviceRefused),
        ("#90000000380,3.500,1.5000,1;1,5.000,1.5000,2;", "33.000", DeviceRefused),
    ],
)
def test_a_list_that_is_not_what_was_asked_for_is_not_started(
    block: str, guard: str | None, said: type[BenchError]
) -> None:
    """Another stay, a missing group, nonsense, or a moved protection: nothing is begun."""
    talk: list[Pair] = [*LIST, (":TIME:PARA? 0,2", block)]
    talk += [(":OUTP:OVP:VAL? CH2", guard)] if guard else []

    with replay(on_channel_2, talk) as supply, pytest.raises(said):
        supply.play(POINTS)


def test_a_selection_that_did_not_move_writes_no_list_into_another_channel() -> None:
    """Timer commands mean the selected channel, so the selection is asked for."""
    talk = [*LIST[:5], (":INST:NSEL?", "1")]

    with replay(on_channel_2, talk) as supply, pytest.raises(DeviceRefused, match="selected"):
        supply.play(POINTS)


def test_off_comes_first_then_the_timer_and_then_the_proof() -> None:
    """The order itself, the timer, the order again, its word and its meter."""
    talk = [
        (":OUTP CH2,OFF", None),
        (":OUTP:TIME:STAT CH2,OFF", None), OK, (":OUTP CH2,OFF", None), OK,
        (":OUTP? CH2", "OFF"), (":MEAS:VOLT? CH2", "0.0010"),
    ]  # fmt: skip

    with replay(on_channel_2, talk) as supply:
        supply.make_safe()


def test_a_late_answer_is_told_from_a_markers() -> None:
    """Only one question stands in a message, and none that was just left unanswered."""
    talk = [
        ("*IDN?", None),
        (":INST?", b"RIGOL TECHNOLOGIES,DP832,1,1\nCH1:30V/3A\n"),
        (":OUTP? CH2", "ON"),
    ]

    with replay(on_channel_2, talk) as supply:
        with pytest.raises(PortTimeout):
            supply.identify()
        assert supply.output()


# --- the simulated instrument ---------------------------------------------------------------


def test_a_foreign_client_finds_the_guides_answers() -> None:
    """APPLy, MEASure:ALL, the mode, the words of switches and trips, the block of groups."""

    def story(on: SupplyBench) -> None:
        assert on.ask(":APPL CH1,5,1", ":APPL? CH1") == "CH1:30V/3A,5.000,1.0000"
        assert on.ask(":OUTP CH1,ON", ":OUTP? CH1") == "ON"
        on.clock.sleep(1)
        assert re.fullmatch(r"\d\.\d{4},\d\.\d{4},\d\.\d{3}", on.ask(":MEAS:ALL? CH1"))
        assert on.ask(":OUTP:MODE? CH1") == "CV"
        assert on.ask(":OUTP:MODE? CH2") == "UR"
        assert on.ask(":OUTP:OVP:VAL CH1,8.8", ":OUTP:OVP:VAL? CH1") == "8.800"
        assert on.ask(":OUTP:OVP:VAL? CH1,MAX") == "33.000"
        assert on.ask(":OUTP:OVP:QUES? CH1") == "NO"
        assert on.ask(":INST CH1", ":TIME:PARA 1,8,1,10", ":TIME:PARA 2,6,1,10") == ""
        assert on.ask(":TIME:PARA? 1,2") == "#90000000361,8.000,1.0000,10;2,6.000,1.0000,10;"
        assert on.ask(":OUTP:TIME? CH1").startswith("0,1.000,1.0000,1;1,8.000,1.0000,10;")
        assert on.ask(":SYST:ERR?") == '0,"No error"'

    bench(story)


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (":SOUR1:VOLT 33", "-222"),
        (":SOUR4:VOLT 3", "-114"),
        (":OUTP CH9,ON", "-224"),
        (":TIME:PARA 2048,1,1,1", "-222"),
        (":TIME:PARA 0,1,1,0.5", "-222"),
        (":TIME:PARA 0,1,1", "-109"),
        (":TIME:CYCLE 3", "-224"),
        (":OUTP:OVP:VAL CH1,40", "-222"),
        (":MEAS:POW? CH1", "-113"),
    ],
)
def test_what_cannot_be_is_refused_by_number(message: str, code: str) -> None:
    """Each has its error, and a question that is none has no answer."""
    assert asked("dp832", message, ":SYST:ERR?").startswith(f"{code},")


def test_the_timer_cannot_be_edited_while_it_is_on_and_needs_the_output() -> None:
    """It waits for the output, runs, and leaves the last group's voltage."""

    def story(on: SupplyBench) -> None:
        on.driver.set_voltage(Volts(5))
        on.driver.play([(Volts(3), Seconds(1)), (Volts(4), Seconds(1))])
        on.clock.sleep(5)
        assert on.rail.volts() < 0.1
        assert on.ask(":TIME:PARA 0,5,1,1", ":SYST:ERR?").startswith("-221")
        on.driver.set_output(on=True)
        on.clock.sleep(0.5)
        assert on.rail.volts() == pytest.approx(3)
        on.clock.sleep(4)
        assert on.rail.volts() == pytest.approx(4)
        assert on.ask(":TIME?") == "OFF"
        on.driver.stop()
        on.clock.sleep(0.5)
        assert on.rail.volts() == pytest.approx(5)

    bench(story)


def test_a_timer_that_ends_off_and_one_without_an_end() -> None:
    """ENDS OFF switches the output off; CYCLE I goes on."""

    def story(on: SupplyBench) -> None:
        on.energise(5)
        on.ask(":INST CH1", ":TIME:GROUP 2", ":TIME:PARA 0,3,1,1", ":TIME:PARA 1,4,1,1")
        on.ask(":TIME:CYCLE I", ":TIME ON")
        on.clock.sleep(20)
        assert on.rail.volts() > 2.9
        on.ask(":TIME OFF", ":TIME:CYCLE N,2", ":TIME:ENDS OFF", ":TIME ON")
        on.clock.sleep(3.7)
        assert on.ask(":OUTP? CH1") == "ON"
        on.clock.sleep(1)
        assert on.ask(":OUTP? CH1") == "OFF"

    bench(story)


def test_a_trip_is_cleared_without_a_surprise() -> None:
    """The driver's way leaves it off; the relative under SOURce would put it back on."""

    def story(on: SupplyBench) -> None:
        for clear, after in ((None, "OFF"), (":SOUR1:VOLT:PROT:CLE", "ON")):
            on.driver.set_over_voltage(Volts(6))
            on.driver.set_voltage(Volts(5))
            on.driver.set_output(on=True)
            on.driver.set_voltage(Volts(9))
            on.clock.sleep(1)
            assert on.driver.tripped() == "ovp"
            assert not on.driver.output()
            with pytest.raises(DeviceRefused):
                on.driver.set_output(on=True)
            on.driver.set_voltage(Volts(5))
            if clear is None:
                on.driver.clear_trip()
            else:
                on.ask(clear)
            assert on.ask(":OUTP? CH1") == after
        assert on.kinds().count("tripped") == 2

    bench(story)


def test_over_current_has_a_level_of_its_own() -> None:
    """It trips above OCP, not in current limit."""

    def story(on: SupplyBench) -> None:
        on.driver.set_current_limit(Amps(1))
        on.ask(":OUTP:OCP:VAL CH1,0.5", ":OUTP:OCP CH1,ON")
        on.amps = 0.4
        on.energise(5)
        assert on.driver.tripped() == ""
        on.overload(0.6)
        on.clock.sleep(1)
        assert on.driver.tripped() == "ocp"

    bench(story)
