"""The E36100 driver: against its dialogue, and against the simulated E36103B."""

import pytest

from harness.drivers.keysight_e36100 import Driver
from harness.errors import DeviceRefused
from harness.model.units import Amps, Volts
from harness.testing import Pair, replay
from harness.tests.supplies import SupplyBench, on_supply

OK = ("SYST:ERR?", '+0,"No error"')


def test_no_channel_is_named() -> None:
    """Sets, read-backs, measurements and protection go without channel lists."""
    talk: list[Pair] = [
        ("VOLT 3.2", None), OK, ("VOLT?", "+3.20000000E+00"),
        ("CURR 1.5", None), OK, ("CURR?", "+1.50000000E+00"),
        ("VOLT:PROT 5.5", None), OK, ("VOLT:PROT?", "+5.50000000E+00"),
        ("VOLT:PROT:STAT ON", None), OK, ("VOLT:PROT:STAT?", "1"),
        ("MEAS:VOLT?", "+3.19990000E+00"), ("MEAS:CURR?", "+2.00000000E-01"),
    ]  # fmt: skip

    with replay(Driver, talk) as supply:
        supply.set_voltage(Volts(3.2))
        supply.set_current_limit(Amps(1.5))
        supply.set_over_voltage(Volts(5.5))
        assert supply.measure_voltage() == pytest.approx(3.1999)
        assert supply.measure_current() == pytest.approx(0.2)


def test_older_firmware_is_cleared_by_its_own_words() -> None:
    """A refusal of OUTP:PROT:CLE is no obstacle when VOLT:PROT:CLE does it."""
    unknown = ("SYST:ERR?", '-113,"Undefined header"')
    talk: list[Pair] = [
        ("OUTP OFF", None), OK, ("OUTP?", "0"),
        ("OUTP:PROT:CLE", None), unknown, OK,
        ("VOLT:PROT:CLE", None), OK,
        ("CURR:PROT:CLE", None), OK,
        ("VOLT:PROT:TRIP?", "0"), ("CURR:PROT:TRIP?", "0"),
    ]  # fmt: skip

    with replay(Driver, talk) as supply:
        supply.clear_trip()


def test_a_latch_that_stays_is_told() -> None:
    """A reason that is still there is no cleared trip."""
    talk: list[Pair] = [("OUTP OFF", None), OK, ("OUTP?", "0")]
    for word in ("OUTP", "VOLT", "CURR"):
        talk += [(f"{word}:PROT:CLE", None), OK]
    talk += [("VOLT:PROT:TRIP?", "1")]

    with replay(Driver, talk) as supply, pytest.raises(DeviceRefused, match="ovp stays"):
        supply.clear_trip()


def test_an_overload_trips_over_current() -> None:
    """With OCP on, the current limit is where it trips."""

    def story(bench: SupplyBench) -> None:
        bench.driver.set_current_limit(Amps(0.2))
        bench.port.write(b"CURR:PROT:STAT ON\n")
        bench.energise(5, ovp=6)
        bench.supply.load_changed(1)
        bench.clock.sleep(0.1)
        assert bench.driver.tripped() == "ocp"
        with pytest.raises(DeviceRefused, match="latched"):
            bench.driver.set_output(on=True)

    on_supply("e36103b", story)


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("VOLT 5,(@1)", -108),
        ("INST:NSEL 1", -113),
        ("LIST:VOLT 1,2", -113),
        ("OUTP:PAIR OFF", -113),
    ],
)
def test_the_instrument_refuses_what_its_relatives_know(message: str, code: int) -> None:
    """Channel lists, instrument selection, lists and pairing are not of its language."""

    def story(bench: SupplyBench) -> None:
        bench.port.write(message.encode() + b"\n")
        assert bench.driver._scpi.errors()[0][0] == code

    on_supply("e36103b", story)


def test_its_triggered_level_needs_no_mode() -> None:
    """VOLT:TRIG, INIT and *TRG step the output; a level not set stays as it is."""

    def story(bench: SupplyBench) -> None:
        bench.energise(5)
        bench.port.write(b"VOLT:TRIG 3;:TRIG:SOUR BUS;:INIT;*TRG\n")
        bench.clock.sleep(0.1)
        assert bench.ask("SYST:ERR?") == '+0,"No error"'
        assert bench.ask("VOLT?;CURR?") == "+3.00000000E+00;+2.00000000E+00"
        bench.port.write(b"VOLT 6;:INIT;*TRG\n")
        bench.clock.sleep(0.1)
        assert bench.ask("VOLT?") == "+6.00000000E+00"

    on_supply("e36103b", story)


def test_status_bits_stand_in_the_questionable_register_itself() -> None:
    """With one output there is no summary per instrument: OVP is bit 9."""

    def story(bench: SupplyBench) -> None:
        bench.energise(9, ovp=6)
        assert int(bench.ask("STAT:QUES:COND?")) == 1 << 9

    on_supply("e36103b", story)
