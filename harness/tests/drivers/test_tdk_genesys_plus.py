"""The GENESYS+ driver: its SCPI, and the simulated G20-85."""

from functools import partial

import pytest

from harness.drivers.tdk_genesys_plus import Driver
from harness.errors import BenchError, DeviceRefused, PortLost, PortTimeout
from harness.model.units import Volts
from harness.testing import Pair, replay
from harness.tests.supplies import SupplyBench, on_supply

OK: Pair = ("SYST:ERR?", '0,"No error"')
bench = partial(on_supply, "g20_85", current=1)


def test_a_voltage_is_set_checked_and_read_back() -> None:
    """Each set has its errors read."""
    with replay(Driver, [("VOLT 5", None), OK, ("VOLT?", "5.000")]) as supply:
        supply.set_voltage(Volts(5))


def test_in_a_chain_every_message_names_its_unit() -> None:
    """The selection may have been moved by another client."""
    talk: list[Pair] = [
        ("INST:NSEL 3;:VOLT 5", None), OK, ("INST:NSEL 3;:VOLT?", "5.000"),
        ("INST:NSEL 3;:MEAS:VOLT?", "5.001"),
    ]  # fmt: skip
    with replay(partial(Driver, address=3), talk) as supply:
        supply.set_voltage(Volts(5))
        assert supply.measure_voltage() == pytest.approx(5.001)


@pytest.mark.parametrize(("bits", "which"), [("16", "ovp"), ("8", "ocp"), ("4", "otp"), ("2", "")])
def test_faults_are_bits_of_one_register(bits: str, which: str) -> None:
    """AC fail is no protection of ours."""
    with replay(Driver, [("STAT:QUES:COND?", bits)]) as supply:
        assert supply.tripped() == which


def test_on_is_not_said_while_a_protection_is_latched() -> None:
    """Some firmware would release it."""
    with (
        replay(Driver, [("STAT:QUES:COND?", "16")]) as supply,
        pytest.raises(DeviceRefused, match="ovp is latched"),
    ):
        supply.set_output(on=True)


def test_a_unit_that_does_not_know_the_word_for_its_restart_is_left_alone() -> None:
    """The command is unconfirmed: -113 is taken for an answer, another error is not."""
    unknown: Pair = ("SYST:ERR?", '-113,"Undefined header"')
    with replay(Driver, [("OUTP:PON OFF", None), unknown, OK]) as supply:
        supply.stay_off_at_power_on()
    refused: Pair = ("SYST:ERR?", '-221,"Settings conflict"')
    with (
        replay(Driver, [("OUTP:PON OFF", None), refused, OK]) as supply,
        pytest.raises(DeviceRefused, match="-221"),
    ):
        supply.stay_off_at_power_on()


def test_an_output_that_stays_on_or_a_dead_line_is_no_safe_state() -> None:
    """The order is said first; what it is answered by decides."""
    talk: list[Pair] = [
        ("OUTP:STAT OFF", None), ("OUTP:STAT OFF", None), OK, ("OUTP:STAT?", "ON"),
    ]  # fmt: skip
    with replay(Driver, talk) as supply, pytest.raises(BenchError, match="switched off"):
        supply.make_safe()
    with (
        replay(Driver, [("OUTP:STAT OFF", PortLost("gone"))]) as supply,
        pytest.raises(PortLost),
    ):
        supply.make_safe()


# --- against the simulated supply -----------------------------------------------------------


def test_protection_and_voltage_keep_their_distance() -> None:
    """The maker's own numbers and texts reach the reader."""

    def story(on: SupplyBench) -> None:
        on.energise(5, ovp=6)
        with pytest.raises(DeviceRefused, match=r'\+301,"PV Above OVP"'):
            on.driver.set_voltage(Volts(5.9))
        with pytest.raises(DeviceRefused, match=r'\+304,"OVP Below PV"'):
            on.driver.set_over_voltage(Volts(5.1))
        assert on.driver.over_voltage() == Volts(6)

    bench(story)


def test_a_trip_is_seen_once_and_cleared_with_the_output_off() -> None:
    """And ON is refused by the unit meanwhile."""

    def story(on: SupplyBench) -> None:
        on.energise(5, ovp=6)
        on.supply.channels[1].protect("ovp")
        assert [on.driver.tripped(), on.driver.tripped()] == ["ovp", "ovp"]
        assert on.kinds().count("tripped") == 1
        on.ask("OUTP ON")
        assert on.ask("SYST:ERR?") == '+307,"On During Fault"'
        on.driver.clear_trip()
        assert on.driver.tripped() == ""
        assert not on.driver.output()
        on.driver.set_output(on=True)

    bench(story)


def test_foldback_trips_in_constant_current() -> None:
    """Told as ocp."""

    def story(on: SupplyBench) -> None:
        on.energise(5, ovp=6)
        on.ask("OUTP:PROT:FOLD CC")
        on.overload(3.0)
        on.clock.sleep(1)
        assert on.driver.tripped() == "ocp"

    bench(story)


def test_a_unit_that_is_not_selected_does_not_listen() -> None:
    """A driver that names its address finds it again; one that does not gets no answer."""

    def story(on: SupplyBench) -> None:
        assert on.ask("INST:NSEL 9;*IDN?") in ("", "TDK-LAMBDA,G20-85,011B158-0001,G:02.122")
        with pytest.raises(PortTimeout):
            on.driver.measure_voltage()
        named = Driver(on.port, address=6)
        assert named.measure_voltage() < 0.1
        assert on.ask("INST:NSEL?") == "6"

    bench(story)


def test_its_other_words() -> None:
    """Slew, under-voltage, mode and power, as a foreign client finds them."""

    def story(on: SupplyBench) -> None:
        on.driver.stay_off_at_power_on()
        on.energise(5, ovp=6)
        for line, wanted in (
            ("OUTP:MODE?", "CV"), ("VOLT:PROT:LOW 4;LOW?", "4.000"), ("OUTP:PROT:FOLD?", "OFF"),
            ("VOLT:SLEW:UP 0.01;UP?", "0.0100"), ("OUTP:PON?", "0"), ("STAT:OPER:COND?", "257"),
        ):  # fmt: skip
            assert (line, on.ask(line)) == (line, wanted)
        for line, wrong in (
            ("VOLT 4.1", '+302,"PV Below UVL"'), ("VOLT:PROT:LOW 4.9", '+306,"UVL Above PV"'),
            ("VOLT 25", '-222,"Data out of range"'), ("OUTP:PROT:FOLD XX", "-224"),
        ):  # fmt: skip
            on.ask(line)
            assert on.ask("SYST:ERR?").startswith(wrong)
        assert float(on.ask("MEAS:POW?")) == pytest.approx(1.5, abs=0.05)
        on.ask("*RST")
        assert on.ask("OUTP?;:VOLT:PROT:LOW?") == "0;0.000"

    bench(story)
