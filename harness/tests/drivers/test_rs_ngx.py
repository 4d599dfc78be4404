"""The NGx driver: against its dialogue, and against the simulated NGM202 and NGP804."""

from collections.abc import Callable
from functools import partial

import pytest

from harness.drivers.rs_ngx import Driver
from harness.errors import DeviceRefused, NotSupported
from harness.model.units import Amps, Seconds, Volts
from harness.testing import Pair, replay
from harness.tests.supplies import SupplyBench, on_supply

OK = ("SYST:ERR?", '0,"No error"')
IDN = "Rohde&Schwarz,NGM202,3638.4472k03/100001,04.000 00CF88D3EA6"
AT = "INST:NSEL 2;:"
on_channel_2 = partial(Driver, channel=2)
both = pytest.mark.parametrize("model", ["ngm202", "ngp804"])


def bench(story: Callable[[SupplyBench], None], model: str = "ngm202") -> None:
    """Run a story on channel 2 of a supply of its own, with some current."""
    on_supply(model, story, channel=2, current=1)


def test_a_hard_limit_is_a_value_and_a_switch() -> None:
    """Both are read back; the level of OVP is LEV, as VOLT:PROT alone is its switch."""
    talk = [
        (AT + "VOLT:ALIM 6", None), OK, (AT + "VOLT:ALIM?", "6.000"),
        (AT + "ALIM ON", None), OK, (AT + "ALIM?", "1"),
        (AT + "VOLT:PROT:LEV 5.5", None), OK, (AT + "VOLT:PROT:LEV?", "5.500"),
        (AT + "VOLT:PROT:STAT ON", None), OK, (AT + "VOLT:PROT:STAT?", "1"),
    ]  # fmt: skip

    with replay(on_channel_2, talk) as supply:
        supply.set_voltage_limit(Volts(6))
        supply.set_over_voltage(Volts(5.5))


def upload(told: str, behaviour: str = "HOLD") -> list[Pair]:
    """The dialogue of an upload of one point of 3.5 V for 0.1 s."""
    return [
        (AT + "VOLT:PROT:LEV?", "6.000"), ("*IDN?", IDN), (AT + "CURR?", "1.5000"),
        (AT + "ARB OFF", None), OK, (AT + "ARB?", "0"),
        (AT + "ARB:CLE", None), OK,
        (AT + "ARB:DATA 3.5,1.5,0.1,0", None), OK,
        (AT + "ARB:REP 1", None), OK, (AT + "ARB:REP?", "1"),
        (AT + "ARB:BEH:END HOLD", None), OK, (AT + "ARB:BEH:END?", behaviour),
        (AT + "ARB:DATA?", told),
        (AT + "ARB:TRAN 2", None), OK,
    ]  # fmt: skip


POINT = [(Volts(3.5), Seconds(0.1))]


def test_a_list_goes_through_quick_arb_and_is_read_back() -> None:
    """Four values a point, once, held at the end; then it is switched on."""
    talk = upload("3.5000,1.5000,0.1000,0.0000")
    talk += [(AT + "VOLT:PROT:LEV?", "6.000"), (AT + "ARB ON", None), OK]

    with replay(on_channel_2, talk) as supply:
        assert supply.play(POINT) == POINT


def test_a_list_that_reads_back_differently_is_not_started() -> None:
    """The instrument took the data without an error, and has something else."""
    talk = upload("3.5000,1.5000,0.2000,0.0000")

    with replay(on_channel_2, talk) as supply, pytest.raises(DeviceRefused, match="reads back"):
        supply.play(POINT)


def test_a_list_that_would_end_with_the_output_off_is_not_started() -> None:
    """ARB:BEH:END is OFF from the factory."""
    talk = upload("", behaviour="OFF")[:-3]

    with replay(on_channel_2, talk) as supply, pytest.raises(DeviceRefused, match="output off"):
        supply.play(POINT)


def test_an_ngu401_plays_no_list() -> None:
    """Its points have another shape; nothing is uploaded."""
    talk = [
        ("INST:NSEL 1;:VOLT:PROT:LEV?", "6"),
        ("*IDN?", "Rohde&Schwarz,NGU401,3639.3763k02/1,3"),
    ]

    with replay(Driver, talk) as supply, pytest.raises(NotSupported, match="NGU401"):
        supply.play(POINT)


@both
def test_what_the_front_panel_left_on_is_gone_in_the_safe_state(model: str) -> None:
    """Neither a ramp nor a delay is left to make other edges."""

    def story(bench: SupplyBench) -> None:
        bench.ask(AT + "VOLT:RAMP ON;:OUTP:DEL:DUR 3;:OUTP:DEL ON;:OUTP:DEL?")
        bench.driver.make_safe()
        assert bench.ask(AT + "VOLT:RAMP?;:OUTP:DEL?") == "0;0"
        bench.energise(5)
        assert bench.rail.volts() == pytest.approx(5)

    bench(story, model)


def test_an_output_with_a_delay_is_not_believed_to_be_on() -> None:
    """It says off for as long, and the driver says so."""

    def story(bench: SupplyBench) -> None:
        bench.ask(AT + "OUTP:DEL:DUR 3;:OUTP:DEL ON;:OUTP:DEL?")
        with pytest.raises(DeviceRefused, match="still off"):
            bench.driver.set_output(on=True)

    bench(story)


@both
def test_the_hard_limit_refuses_set_points_and_lists(model: str) -> None:
    """-222 for a level above it, whoever sets it; a list is refused at its transfer."""

    def story(bench: SupplyBench) -> None:
        bench.driver.set_voltage_limit(Volts(6))
        assert bench.driver.voltage_limit() == Volts(6)
        with pytest.raises(DeviceRefused, match="-222"):
            bench.driver.set_voltage(Volts(7))
        with pytest.raises(DeviceRefused, match="-222"):
            bench.driver.play([(Volts(7), Seconds(0.1))])
        assert bench.ask(AT + "ARB?;:VOLT?").startswith("0;0.000")

    bench(story, model)


def test_a_foreign_clear_brings_the_output_back() -> None:
    """The quirk that the driver guards against."""

    def story(bench: SupplyBench) -> None:
        bench.energise(5, ovp=6)
        bench.driver.set_voltage(Volts(9))
        bench.clock.sleep(1)
        bench.driver.set_voltage(Volts(4))
        bench.ask(AT + "VOLT:PROT:CLE;*OPC?")
        bench.clock.sleep(1)
        assert bench.rail.volts() == pytest.approx(4)

    bench(story)


def test_a_foreign_list_glides_and_switches_off_at_its_end() -> None:
    """The fourth value interpolates; ARB:BEH:END is OFF from the factory."""

    def story(bench: SupplyBench) -> None:
        told = AT + "ARB:DATA 2,1,1,1,6,1,0.5,0;:ARB:REP 2;TRAN 2;:ARB ON;:OUTP ON;:ARB?"
        assert bench.ask(told) == "1"
        bench.clock.sleep(0.45)
        assert bench.rail.volts() == pytest.approx(4, abs=0.3)
        bench.clock.sleep(0.8)
        assert bench.rail.volts() == pytest.approx(6)
        bench.clock.sleep(0.8)
        assert bench.rail.volts() == pytest.approx(4, abs=0.5)
        bench.clock.sleep(1.5)
        assert bench.rail.volts() < 0.1
        assert bench.ask(AT + "OUTP?;:ARB?") == "0;0"

    bench(story)


@pytest.mark.parametrize(
    ("message", "answer"),
    [
        ("VOLT 5,(@1,2);:VOLT? (@1:2)", "5.0000,5.0000"),
        ("OUTP 1,(@1);:OUTP? (@1);:OUTP? (@2)", "1;0"),
        ("VOLT? (@3);:SYST:ERR?", '-222,"Data out of range"'),
        ("VOLT:PROT 1;:VOLT:PROT?;:VOLT:PROT:LEV?", "1;20.0500"),  # the switch, not the level
        ("VOLT:ALIM:UPP?", "20.0500"),
        ("VOLT:ALIM:UPP 6;LOW 2;:ALIM 1;:VOLT 1;:SYST:ERR?", '-222,"Data out of range"'),
        ("FUSE:DEL:INIT 0.5;INIT?;:FUSE:DEL 0.2;DEL?", "0.5000;0.2000"),
        ("CURR 2;:VOLT 5;:POW:PROT:LEV 1;STAT ON;:OUTP ON;:POW:PROT:TRIP?", "0"),
        ("ARB ON;:SYST:ERR?", '-221,"Settings conflict;no arbitrary data"'),
    ],
)
def test_a_foreign_client_is_answered(message: str, answer: str) -> None:
    """By RsNgx's command list, with and without channel lists."""

    def story(bench: SupplyBench) -> None:
        assert bench.ask(message) == answer

    bench(story)


def test_both_readings_come_at_once() -> None:
    """READ?, with which R&S's own driver measures."""

    def story(bench: SupplyBench) -> None:
        bench.energise(5)
        volts, amps = map(float, bench.ask(AT + "READ?").split(","))
        assert volts == pytest.approx(5, abs=0.01)
        assert amps == pytest.approx(0.3, abs=0.01)

    bench(story)


def test_over_power_trips_too() -> None:
    """Its own protection, cleared by PROT:CLE."""

    def story(bench: SupplyBench) -> None:
        bench.energise(5)
        bench.ask(AT + "POW:PROT:LEV 4;STAT ON;:POW:PROT?")
        bench.amps = 1.0
        bench.driver.set_current_limit(Amps(2))
        bench.clock.sleep(0.5)
        assert bench.ask(AT + "POW:PROT:TRIP?;:OUTP?") == "1;0"
        with pytest.raises(DeviceRefused, match="-221"):
            bench.driver.set_output(on=True)
        assert bench.ask(AT + "OUTP OFF;:PROT:CLE;:POW:PROT:TRIP?") == "0"

    bench(story)
