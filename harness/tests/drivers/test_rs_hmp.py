"""The HMP driver: against its dialogue, and against the simulated HMP4040."""

from functools import partial

import pytest

from harness.drivers.rs_hmp import Driver
from harness.errors import BenchError, DeviceRefused, PortTimeout
from harness.model.units import Amps, Seconds, Volts
from harness.testing import Pair, replay
from harness.tests.supplies import SupplyBench, on_supply

OK = ("SYST:ERR?", '0,"No error"')
IDN = "HAMEG,HMP2030,000000001,HW50020003/SW2.51"
on_channel_2 = partial(Driver, channel=2)
bench = partial(on_supply, "hmp4040", channel=2, current=1)


def test_each_command_selects_its_channel_in_the_same_message() -> None:
    """The selection is state that others move."""
    talk = [
        ("INST:NSEL 2;:VOLT 3.2", None), OK, ("INST:NSEL 2;:VOLT?", "3.200"),
        ("INST:NSEL 2;:CURR 1", None), OK, ("INST:NSEL 2;:CURR?", "1.000"),
        ("INST:NSEL 2;:VOLT:PROT:LEV 6", None), OK, ("INST:NSEL 2;:VOLT:PROT:LEV?", "6.000"),
        ("INST:NSEL 2;:MEAS:VOLT?", "3.199"),
        ("INST:NSEL 2;:MEAS:CURR?", "0.301"),
    ]  # fmt: skip

    with replay(on_channel_2, talk) as supply:
        supply.set_voltage(Volts(3.2))
        supply.set_current_limit(Amps(1))
        supply.set_over_voltage(Volts(6))
        assert supply.measure_voltage() == Volts(3.199)
        assert supply.measure_current() == Amps(0.301)


def test_the_master_goes_on_only_after_the_other_channels_were_taken_out() -> None:
    """Else it would energise what somebody else had chosen."""
    talk = [
        ("OUTP:GEN?", "0"), ("*IDN?", IDN),
        ("INST:NSEL 1;:OUTP:SEL 0", None), OK,
        ("INST:NSEL 3;:OUTP:SEL 0", None), OK,
        ("INST:NSEL 2;:OUTP:SEL 1", None), OK, ("INST:NSEL 2;:OUTP:SEL?", "1"),
        ("OUTP:GEN?", "0"), ("OUTP:GEN 1", None), OK, ("OUTP:GEN?", "1"),
    ]  # fmt: skip

    with replay(on_channel_2, talk) as supply:
        supply.set_output(on=True)


def test_a_channel_is_switched_off_without_the_master() -> None:
    """The other channels stay as they are."""
    talk = [("INST:NSEL 2;:OUTP:SEL 0", None), OK, ("INST:NSEL 2;:OUTP:SEL?", "0")]

    with replay(on_channel_2, talk) as supply:
        supply.set_output(on=False)


def test_a_model_that_does_not_tell_its_channels_is_not_switched_on() -> None:
    """Unknown channels might go on with the master."""
    talk = [("OUTP:GEN?", "0"), ("*IDN?", "HAMEG,HMP,1,2")]

    with replay(on_channel_2, talk) as supply, pytest.raises(BenchError, match="how many"):
        supply.set_output(on=True)


def test_a_list_goes_through_easy_arb_once() -> None:
    """Data, one repetition, transfer to the channel, start; it cannot be read back."""
    talk = [
        ("INST:NSEL 2;:VOLT:PROT:LEV?", "6.000"),
        ("INST:NSEL 2;:CURR?", "1.500"),
        ("ARB:STOP 2", None), OK,
        ("ARB:DATA 3.5,1.5,0.1,5,1.5,0.06", None), OK,
        ("ARB:REP 1", None), OK, ("ARB:REP?", "1"),
        ("ARB:TRAN 2", None), OK,
        ("INST:NSEL 2;:VOLT:PROT:LEV?", "6.000"),
        ("ARB:STAR 2", None), OK,
    ]  # fmt: skip
    points = [(Volts(3.5), Seconds(0.1)), (Volts(5), Seconds(0.06))]

    with replay(on_channel_2, talk) as supply:
        assert supply.play(points) == points


def test_a_list_that_would_repeat_is_not_started() -> None:
    """Its repetitions are read back before it starts."""
    talk: list[Pair] = [
        ("INST:NSEL 2;:VOLT:PROT:LEV?", "6.000"), ("INST:NSEL 2;:CURR?", "1.500"),
        ("ARB:STOP 2", None), OK, ("ARB:DATA 3.5,1.5,0.1", None), OK,
        ("ARB:REP 1", None), OK, ("ARB:REP?", "0"),
    ]  # fmt: skip

    with replay(on_channel_2, talk) as supply, pytest.raises(DeviceRefused, match="repeated"):
        supply.play([(Volts(3.5), Seconds(0.1))])


def test_the_master_goes_off_first_of_all() -> None:
    """The first word on the wire takes the power away, and waits for no answer."""
    off = "OUTP:GEN 0;:INST:NSEL 2;:OUTP:SEL 0"
    talk = [(off, None), ("ARB:STOP 2", None), ("SYST:ERR?", None)]

    with replay(on_channel_2, talk) as supply, pytest.raises(PortTimeout):
        supply.make_safe()


def test_what_another_had_chosen_does_not_go_on_with_us() -> None:
    """Channel 3 was chosen before; after our switching on it has no voltage."""

    def story(bench: SupplyBench) -> None:
        bench.ask("INST:NSEL 3;:VOLT 24;:OUTP:SEL 1;:OUTP:SEL?")
        bench.energise(5)
        assert bench.rail.volts() == pytest.approx(5)
        assert not bench.supply.channels[3].on

    bench(story)


def test_a_foreign_client_that_selects_another_channel_changes_nothing() -> None:
    """Ours is selected anew with each command."""

    def story(bench: SupplyBench) -> None:
        bench.energise(5)
        assert bench.ask("INST OUT4;:INST?;INST:NSEL?") == "OUTP4;4"
        bench.driver.set_voltage(Volts(6))
        bench.clock.sleep(1)
        assert bench.rail.volts() == pytest.approx(6)
        assert bench.supply.channels[4].set.volts == 0

    bench(story)


@pytest.mark.parametrize("mode", ["MEAS", "PROT"])
def test_a_trip_is_seen_and_cleared_without_a_surprise(mode: str) -> None:
    """In either mode of its OVP; the output stays off after clearing."""

    def story(bench: SupplyBench) -> None:
        assert bench.ask(f"INST:NSEL 2;:VOLT:PROT:MODE {mode};:VOLT:PROT:MODE?") == mode
        bench.energise(5, ovp=6)
        bench.driver.set_voltage(Volts(9))
        bench.clock.sleep(1)
        assert bench.driver.tripped() == "ovp"
        assert not bench.driver.output()
        with pytest.raises(DeviceRefused, match="ovp"):
            bench.driver.set_output(on=True)
        bench.driver.set_voltage(Volts(5))
        bench.driver.clear_trip()
        assert bench.driver.tripped() == ""
        assert not bench.driver.output()

    bench(story)


def test_a_blown_fuse_takes_its_linked_channel_along_and_is_cleared() -> None:
    """FUSE:LINK; the fuse is on again after clearing."""

    def story(bench: SupplyBench) -> None:
        bench.energise(5)
        bench.ask("INST:NSEL 2;:CURR 0.5;:FUSE:LINK 1;:FUSE:DEL 50;:FUSE ON;:FUSE:DEL?")
        bench.ask("INST:NSEL 1;:VOLT 3;:OUTP:SEL ON;:OUTP:SEL?")
        bench.overload(2.0)
        bench.clock.sleep(0.04)
        assert bench.supply.channels[1].on
        bench.clock.sleep(0.1)
        assert bench.driver.tripped() == "ocp"
        assert not bench.supply.channels[1].on
        bench.amps = 0.3
        bench.driver.clear_trip()
        assert bench.driver.tripped() == ""
        assert bench.ask("INST:NSEL 2;:FUSE?") == "1"
        assert bench.rail.volts() < 0.5

    bench(story)


@pytest.mark.parametrize(
    ("message", "answer"),
    [
        ("*IDN?", "HAMEG,HMP4040,000000001,HW50020003/SW2.51"),
        ("APPL 5,1;APPL?", "5.000, 1.000"),  # pymeasure takes it apart at the comma
        ("VOLT MAX;VOLT?", "32.050"),
        ("VOLT 5;VOLT:STEP 0.5;:VOLT UP;:VOLT?", "5.500"),
        ("VOLT 0.2;VOLT DOWN;VOLT?", "0.000"),
        ("VOLT:PROT? MAX", "32.500"),
        ("FUSE:DEL 100;DEL?", "100"),
        ("FUSE:TRIPED?", "0"),
        ("ARB:REP 255;REP?", "255"),
        ("OUTP ON;:OUTP:GEN?;SEL?", "1;1"),
        ("VOLT 40;:SYST:ERR?", '-222,"Data out of range"'),
        ("ARB:DATA 1,1;:SYST:ERR?", None),
        ("INST:NSEL 5;:SYST:ERR?", '-222,"Data out of range"'),
    ],
)
def test_a_foreign_client_is_answered(message: str, answer: str | None) -> None:
    """By the instrument's own command list, long forms and short."""

    def story(bench: SupplyBench) -> None:
        if answer is None:  # a torn list is a command error: the rest is not carried out
            bench.ask(message.partition(";")[0] + ";*IDN?\n*OPC?")
            assert bench.ask("SYST:ERR?").startswith("-109")
        else:
            assert bench.ask(message) == answer

    bench(story)


def test_while_a_list_runs_no_set_point_is_taken() -> None:
    """-221 reaches the reader."""

    def story(bench: SupplyBench) -> None:
        bench.energise(9)
        bench.driver.play([(Volts(4), Seconds(9))])
        with pytest.raises(DeviceRefused, match="-221"):
            bench.driver.set_voltage(Volts(8))

    bench(story)
