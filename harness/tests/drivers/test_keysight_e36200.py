"""The E36200 driver: against its dialogue, and against the simulated E36233A."""

from functools import partial

import pytest

from harness.drivers.keysight_e36200 import Driver
from harness.errors import BenchError, DeviceRefused
from harness.model.units import Amps, Volts
from harness.testing import Pair, replay
from harness.tests.supplies import SupplyBench, on_supply

OK = ("SYST:ERR?", '+0,"No error"')
on_channel_2 = partial(Driver, channel=2)


def test_a_model_with_one_output_is_spoken_to_without_lists() -> None:
    """From the identity on no channel is named."""
    talk: list[Pair] = [
        ("*IDN?", "Keysight Technologies,E36231A,MY61002591,1.0.2"),
        ("VOLT 3.2", None), OK, ("VOLT?", "+3.20000000E+00"),
        ("MEAS:VOLT?", "+3.20010000E+00"),
    ]  # fmt: skip

    with replay(Driver, talk) as supply:
        supply.identify()
        supply.set_voltage(Volts(3.2))
        assert supply.measure_voltage() == pytest.approx(3.2001)


def test_a_set_that_reads_back_otherwise_is_a_refusal() -> None:
    """A level that silently became another one is told."""
    talk: list[Pair] = [
        ("VOLT:PROT 6,(@2)", None), OK, ("VOLT:PROT? (@2)", "+3.30000000E+01"),
    ]  # fmt: skip

    with replay(on_channel_2, talk) as supply, pytest.raises(DeviceRefused, match="33"):
        supply.set_over_voltage(Volts(6))


def test_paired_outputs_are_parted_before_use() -> None:
    """Outputs that somebody paired are single again, *RST or not."""

    def story(bench: SupplyBench) -> None:
        bench.port.write(b"OUTP:PAIR SER;*RST\n")
        assert bench.ask("OUTP:PAIR?") == "SER"
        bench.driver.clear_errors()
        bench.driver.reset_topology()
        bench.driver.stay_off_at_power_on()
        assert bench.ask("OUTP:PAIR?") == "OFF"

    on_supply("e36233a", story)


def test_outputs_that_stay_paired_are_told() -> None:
    """It is asked what became of the pairing; a model that has none is no obstacle."""
    talk: list[Pair] = [("OUTP:PAIR OFF", None), OK, ("OUTP:PAIR?", "PAR")]
    with replay(Driver, talk) as supply, pytest.raises(DeviceRefused, match="PAR"):
        supply.reset_topology()

    talk = [("OUTP:PAIR OFF", None), ("SYST:ERR?", '-113,"Undefined header"'), OK]
    with replay(Driver, talk) as supply:
        supply.reset_topology()

    talk = [("OUTP:PAIR OFF", None), ("SYST:ERR?", '-221,"Settings conflict"'), OK]
    with replay(Driver, talk) as supply, pytest.raises(DeviceRefused, match="-221"):
        supply.reset_topology()


def test_beyond_its_rating_it_says_so() -> None:
    """The instrument's own -222 reaches the reader, also for a channel it does not have."""

    def story(bench: SupplyBench) -> None:
        with pytest.raises(DeviceRefused, match="-222"):
            bench.driver.set_voltage(Volts(45))
        with pytest.raises(DeviceRefused, match="-222"):
            Driver(bench.port, channel=3).set_voltage(Volts(5))

    on_supply("e36233a", story)


def test_full_current_is_not_there_at_full_voltage() -> None:
    """Beyond 200 W the voltage falls to what the power allows."""

    def story(bench: SupplyBench) -> None:
        bench.amps = 10.0
        bench.driver.set_current_limit(Amps(20))
        bench.energise(15)
        assert bench.driver.measure_voltage() == pytest.approx(15, abs=0.01)
        bench.driver.set_voltage(Volts(25))
        bench.clock.sleep(1)
        assert bench.driver.measure_voltage() == pytest.approx(20, abs=0.01)

    on_supply("e36233a", story)


def test_who_comes_only_to_switch_off_need_not_know_the_model() -> None:
    """Both ways of saying it are told at once; then it asks and does it properly."""
    talk: list[Pair] = [
        ("OUTP OFF,(@1)", None), ("OUTP OFF", None),
        ("*IDN?", "Keysight Technologies,E36231A,MY61002591,1.0.2"),
        ("OUTP OFF", None), ("OUTP OFF", None), ("SYST:ERR?", '-108,"Parameter not allowed"'), OK,
        ("OUTP?", "0"), ("MEAS:VOLT?", "+1.0E-03"),
    ]  # fmt: skip

    with replay(Driver, talk) as supply:
        supply.make_safe()


def test_a_swallowed_off_is_not_called_safe() -> None:
    """OUTP? is asked whatever was told."""
    talk: list[Pair] = [
        ("*IDN?", "Keysight Technologies,E36234A,MY1,1.0.6"),
        ("OUTP OFF,(@2)", None), ("OUTP OFF,(@2)", None), OK, ("OUTP? (@2)", "1"),
    ]  # fmt: skip

    with replay(on_channel_2, talk) as supply:
        supply.identify()
        with pytest.raises(BenchError, match="switched off"):
            supply.make_safe()
