"""The E36300 driver: against its dialogue, and against the simulated E36313A."""

from functools import partial

import pytest

from harness.drivers.keysight_e36300 import Driver
from harness.errors import BenchError, DeviceRefused
from harness.model.units import Seconds, Volts
from harness.testing import Pair, replay
from harness.tests.supplies import SupplyBench, on_supply

OK = ("SYST:ERR?", '+0,"No error"')
on_channel_2 = partial(Driver, channel=2)


def test_a_voltage_is_set_checked_and_read_back() -> None:
    """One set is three exchanges on the channel's own list."""
    talk = [("VOLT 3.2,(@2)", None), OK, ("VOLT? (@2)", "+3.20000000E+00")]

    with replay(on_channel_2, talk) as supply:
        supply.set_voltage(Volts(3.2))


def test_an_output_that_does_not_go_on_says_why() -> None:
    """A latched protection is named."""
    talk = [
        ("OUTP ON,(@2)", None),
        OK,
        ("OUTP? (@2)", "0"),
        ("VOLT:PROT:TRIP? (@2)", "1"),
    ]

    with replay(on_channel_2, talk) as supply, pytest.raises(DeviceRefused, match="off ovp"):
        supply.set_output(on=True)


def test_a_fed_back_output_is_not_called_safe() -> None:
    """OUTP? says 0 and the voltage stays: that is an error, not a safe state."""
    told = ("ABOR (@2)", "OUTP OFF,(@2)", "VOLT:MODE FIX,(@2)")
    talk: list[Pair] = [("OUTP OFF,(@2)", None)]  # at once, before anything is asked
    talk += [pair for command in told for pair in ((command, None), OK)]
    talk += [("OUTP? (@2)", "0")] + [("MEAS:VOLT? (@2)", "+4.8E+00")] * 41

    with replay(on_channel_2, talk) as supply, pytest.raises(BenchError, match="fed back"):
        supply.make_safe()


def test_an_output_that_stays_on_is_not_called_safe() -> None:
    """Even after a refusal the output is asked for."""
    refused = ("SYST:ERR?", '-221,"Settings conflict"')
    told = ("ABOR (@2)", "OUTP OFF,(@2)", "VOLT:MODE FIX,(@2)")
    talk: list[Pair] = [("OUTP OFF,(@2)", None)]
    talk += [pair for command in told for pair in ((command, None), refused, OK)]
    talk += [("OUTP? (@2)", "1")]

    with replay(on_channel_2, talk) as supply, pytest.raises(BenchError, match="switched off"):
        supply.make_safe()


def test_tracking_ends_before_use() -> None:
    """Output 3 follows output 2 only until the driver parts them."""

    def story(bench: SupplyBench) -> None:
        bench.ask("OUTP:TRAC ON;:VOLT 5,(@2)")
        assert bench.supply.channels[3].set.volts == 5
        bench.driver.reset_topology()
        bench.driver.set_voltage(Volts(3))
        assert bench.supply.channels[3].set.volts == 5

    on_supply("e36313a", story, channel=2)


def test_after_a_return_of_the_mains_it_stays_off() -> None:
    """The power-on state is set and read back."""
    talk: list[Pair] = [
        ("OUTP:PON:STAT RST", None), OK, ("OUTP:PON:STAT?", "RST"),
        ("OUTP:PON:STAT RST", None), OK, ("OUTP:PON:STAT?", "RCL0"),
    ]  # fmt: skip

    with replay(on_channel_2, talk) as supply:
        supply.stay_off_at_power_on()
        with pytest.raises(DeviceRefused, match="RCL0"):
            supply.stay_off_at_power_on()


def test_the_smallest_model_is_given_no_list() -> None:
    """An E36311A's dips are timed by the host; its relatives keep their list."""
    talk: list[Pair] = [("*IDN?", "Keysight Technologies,E36311A,MY1,1.0")]

    with replay(Driver, talk) as supply:
        supply.identify()
        assert supply.capability.points == 0
        with pytest.raises(DeviceRefused):
            supply.play([(Volts(1), Seconds(1))])
    assert Driver.capability.points == 100
