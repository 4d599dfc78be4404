"""The E36100 driver: against its dialogue, and against the simulated E36103B."""

import re

import pytest

from harness.drivers.keysight_e36100 import IDENTITY, Driver
from harness.errors import BenchError, DeviceRefused, PortLost, RigError
from harness.model.power import HardLimited, ListMode, Protected, Supply
from harness.model.roles import Identified, Polled, SafeState, plays
from harness.model.units import Amps, Volts
from harness.testing import Pair, replay
from harness.tests.supplies import SupplyBench, on_supply

OK = ("SYST:ERR?", '+0,"No error"')


def test_it_plays_what_it_has() -> None:
    """It is protected, but has neither a list nor a hard limit."""
    for role in (Supply, Protected, Identified, Polled, SafeState):
        assert plays(Driver, role)
    assert not plays(Driver, (ListMode, HardLimited))


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("Keysight Technologies,E36103B,MY61001983,1.0.2-1.02", True),
        ("KEYSIGHT,E36106A,MY1,1.0", True),
        ("Keysight Technologies,E36154A,MY1,1.0", False),
        ("Keysight Technologies,E36233A,MY1,1.0", False),
    ],
)
def test_only_its_own_family_is_recognised(text: str, fits: bool) -> None:
    """A relative's identity does not match."""
    assert bool(re.search(IDENTITY, text)) is fits


def test_it_has_one_output() -> None:
    """A rig that asks for another channel is told so before anything is said."""
    with pytest.raises(RigError, match="one output"), replay(Driver, [], channel=2):
        pass


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


def test_a_refusal_is_told_in_its_words() -> None:
    """The instrument's own error reaches the reader."""

    def story(bench: SupplyBench) -> None:
        with pytest.raises(DeviceRefused, match="-222"):
            bench.driver.set_voltage(Volts(30))

    on_supply("e36103b", story)


def test_its_daily_work_on_the_simulated_supply() -> None:
    """Set, switch, measure and poll."""

    def story(bench: SupplyBench) -> None:
        assert re.search(IDENTITY, bench.driver.identify())
        bench.energise(5, ovp=6)
        assert bench.driver.measure_voltage() == pytest.approx(5, abs=0.01)
        assert bench.driver.measure_current() == pytest.approx(0.3, abs=0.01)
        bench.driver.poll()
        bench.driver.make_safe()
        assert bench.rail.volts() < 0.5
        assert bench.kinds()[:3] == ["set", "output", "measured"]

    on_supply("e36103b", story)


def test_clearing_a_trip_energises_nothing() -> None:
    """Its relatives put the output back when a latch is cleared; it was switched off first."""

    def story(bench: SupplyBench) -> None:
        bench.energise(9, ovp=6)
        assert bench.driver.tripped() == "ovp"
        bench.driver.set_voltage(Volts(5))
        bench.driver.clear_trip()
        bench.clock.sleep(1)
        assert not bench.driver.output()
        assert bench.rail.volts() < 0.5

    on_supply("e36103b", story)


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


def test_a_dead_link_is_told_at_once() -> None:
    """Neither a question nor the safe state passes over a line that is gone."""

    def story(bench: SupplyBench) -> None:
        bench.energise(5)
        bench.port.close()
        for act in (bench.driver.output, bench.driver.make_safe):
            with pytest.raises((PortLost, BenchError)):
                act()

    on_supply("e36103b", story)
