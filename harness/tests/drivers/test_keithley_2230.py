"""The Keithley 2230 driver: against its dialogue, and against the simulated 2230-30-1."""

from functools import partial

import pytest

from harness.drivers.keithley_2230 import Driver
from harness.errors import BenchError, DeviceRefused
from harness.model.units import Amps, Volts
from harness.testing import Pair, replay
from harness.tests.supplies import SupplyBench, asked, on_supply

OK = ("SYST:ERR?", '+0,"No error"')
on_channel_2 = partial(Driver, channel=2)
bench = partial(on_supply, "2230-30-1")


def test_every_message_selects_its_channel() -> None:
    """Set, measure, limit: nothing relies on an older selection."""
    talk = [
        ("INST:SEL CH2;:VOLT 3.2", None), OK, ("INST:SEL CH2;:VOLT?", "3.2000"),
        ("INST:SEL CH2;:CURR 1", None), OK, ("INST:SEL CH2;:CURR?", "1.0000"),
        ("INST:SEL CH2;:VOLT:LIM 6", None), OK, ("INST:SEL CH2;:VOLT:LIM?", "6.0000"),
        ("INST:SEL CH2;:VOLT:LIM:STAT 1", None), OK, ("INST:SEL CH2;:VOLT:LIM:STAT?", "1"),
        ("INST:SEL CH2;:VOLT:LIM?", "6.0000"),
        ("INST:SEL CH2;:MEAS:VOLT?", "3.1996"),
    ]  # fmt: skip

    with replay(on_channel_2, talk) as supply:
        supply.set_voltage(Volts(3.2))
        supply.set_current_limit(Amps(1))
        supply.set_voltage_limit(Volts(6))
        assert supply.voltage_limit() == Volts(6)
        assert supply.measure_voltage() == Volts(3.1996)


@pytest.mark.parametrize("answers", [("5.0000", "1"), ("6.0000", "0")])
def test_a_limit_that_is_not_in_force_is_told(answers: tuple[str, str]) -> None:
    """Another level, or a limit that stays switched off."""
    talk: list[Pair] = [
        ("INST:SEL CH2;:VOLT:LIM 6", None), OK, ("INST:SEL CH2;:VOLT:LIM?", answers[0]),
    ]  # fmt: skip
    if answers[0] == "6.0000":
        talk += [("INST:SEL CH2;:VOLT:LIM:STAT 1", None), OK]
        talk += [("INST:SEL CH2;:VOLT:LIM:STAT?", answers[1])]

    with replay(on_channel_2, talk) as supply, pytest.raises(DeviceRefused):
        supply.set_voltage_limit(Volts(6))


def test_on_enables_and_switches_and_off_only_switches() -> None:
    """Both switches of the channel are read back."""
    talk = [
        ("INST:SEL CH2;:SOUR:OUTP:ENAB 1", None), OK, ("INST:SEL CH2;:SOUR:OUTP:ENAB?", "1"),
        ("INST:SEL CH2;:SOUR:CHAN:OUTP:STAT 1", None), OK,
        ("INST:SEL CH2;:SOUR:CHAN:OUTP:STAT?", "1"),
        ("INST:SEL CH2;:SOUR:CHAN:OUTP:STAT 0", None), OK,
        ("INST:SEL CH2;:SOUR:CHAN:OUTP:STAT?", "0"),
    ]  # fmt: skip

    with replay(on_channel_2, talk) as supply:
        supply.set_output(on=True)
        supply.set_output(on=False)


def safe(state: str, *volts: str) -> list[Pair]:
    """Off, what it says of it, and what it measures."""
    off = "INST:SEL CH2;:SOUR:CHAN:OUTP:STAT 0"
    talk: list[Pair] = [(off, None), (off, None), OK]
    talk += [("INST:SEL CH2;:SOUR:CHAN:OUTP:STAT?", state)]
    return talk + [("INST:SEL CH2;:MEAS:VOLT?", seen) for seen in volts]


def test_off_is_believed_by_measurement() -> None:
    """It waits for the voltage to go."""
    with replay(on_channel_2, safe("0", "4.1000", "0.3000")) as supply:
        supply.make_safe()


@pytest.mark.parametrize(("state", "volts"), [("1", ()), ("0", ("4.8000",) * 41)])
def test_what_stays_on_is_not_called_safe(state: str, volts: tuple[str, ...]) -> None:
    """By its word, or by its meter."""
    with replay(on_channel_2, safe(state, *volts)) as supply, pytest.raises(BenchError):
        supply.make_safe()


# --- the simulated instrument ---------------------------------------------------------------


def test_another_clients_selection_does_not_matter() -> None:
    """It is moved between our commands."""

    def story(on: SupplyBench) -> None:
        on.driver.set_voltage(Volts(9))
        on.ask("INST:SEL CH3")
        on.driver.set_output(on=True)
        on.clock.sleep(1)
        on.ask("INST:NSEL 2")
        assert on.driver.measure_voltage() == pytest.approx(9, abs=0.01)

    bench(story)


def test_a_foreign_client_may_leave_out_the_colon() -> None:
    """INST:SEL CH1;VOLT 5 is understood, and so is a header path; MEAS takes a channel or ALL."""

    def story(on: SupplyBench) -> None:
        on.ask("INST:SEL CH1;VOLT 5", "INST:SEL CH1;SOURCE:OUTP:ENAB 1")
        assert on.ask("INST:SEL CH1;VOLT?") == "5.0000"
        assert on.ask("VOLT:LEV 4; LIM:STAT ON", "VOLT:LIM:STAT?") == "1"
        assert on.ask("APPL CH2,3,1", "INST:SEL CH2;CURR?") == "1.0000"
        assert on.ask("INST?;INST:NSEL?") == "CH2;2"
        assert len(on.ask("MEAS:VOLT? ALL").split(", ")) == 3
        assert on.ask("FETC:POW? CH1") == "0.0000" or float(on.ask("FETC:POW? CH1")) < 0.01
        assert on.ask("SYST:ERR?") == '+0,"No error"'

    bench(story)


def test_three_switches() -> None:
    """OUTP is all that are enabled, CHAN:OUTP one, and a channel that takes no part is off."""

    def story(on: SupplyBench) -> None:
        on.ask("INST:SEL CH2;:OUTP:ENAB 0", "OUTP ON")
        assert on.ask("INST:SEL CH1;:CHAN:OUTP?") == "1"
        assert on.ask("INST:SEL CH2;:CHAN:OUTP?") == "0"
        assert on.ask("INST:SEL CH2;:CHAN:OUTP 1", "SYST:ERR?").startswith("-221")
        on.ask("INST:SEL CH1;:CHAN:OUTP 0")
        assert on.ask("INST:SEL CH3;:CHAN:OUTP?;:OUTP?") == "1;1"
        assert on.ask("OUTP OFF", "OUTP?") == "0"

    bench(story)


def test_the_output_timer_switches_off() -> None:
    """A second client's timer takes the output away; the driver sees it."""

    def story(on: SupplyBench) -> None:
        on.ask("OUTP:TIM:DEL 2", "OUTP:TIM ON")
        on.energise(5)
        assert on.driver.output()
        on.clock.sleep(2)
        assert not on.driver.output()

    bench(story)


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("VOLT 31", "-222"),
        ("INST:SEL CH4", "-224"),
        ("VOLT:LIM 31", "-222"),
        ("VOLT:LIM 6;LIM:STAT 1;:VOLT 7", "-222"),
        ("OUTP:TIM:DEL 0", "-222"),
        ("LIST:VOLT 1,2", "-113"),
        ("VOLT:PROT 5", "-113"),
    ],
)
def test_what_cannot_be_is_refused_by_number(message: str, code: str) -> None:
    """Each has its error."""
    assert asked("2230-30-1", message, "SYST:ERR?").startswith(f"{code},")
