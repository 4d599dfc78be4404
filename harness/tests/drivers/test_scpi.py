"""The generic SCPI-1999 driver: against its dialogue, plain supplies, and those of other makes."""

import re
from functools import partial

import pytest

from harness.drivers.scpi import IDENTITY, Driver
from harness.errors import BenchError, DeviceRefused, NotSupported, PortTimeout
from harness.model.power import Protected
from harness.model.rig import Limits
from harness.model.roles import plays
from harness.model.units import Amps, Seconds, Volts
from harness.rig.limits import limited
from harness.testing import Pair, replay
from harness.tests.supplies import SupplyBench, on_supply

OK = ("SYST:ERR?", '+0,"No error"')
UNKNOWN = ("SYST:ERR?", '-113,"Undefined header"')
#: The whole of what is asked of a supply that knows everything.
PROBES: list[Pair] = [
    OK,
    ("INST:NSEL?", "1"), OK,
    ("INST:NSEL 2;:VOLT:PROT:LEV?", "33"), OK,
    ("INST:NSEL 2;:VOLT:PROT:STAT?", "1"), OK,
    ("INST:NSEL 2;:VOLT:PROT:TRIP?", "0"), OK,
    ("INST:NSEL 2;:CURR:PROT:TRIP?", "0"), OK,
]  # fmt: skip
on_channel_2 = partial(Driver, channel=2)


def silent(question: str, marker: int) -> list[Pair]:
    """A question that is not answered, and how the driver gets back in step."""
    return [
        (question, None),
        ("*ESE?;" * marker + "*IDN?", "0;" * marker + "ACME,PS,0,1"),
        UNKNOWN, OK,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("ACME,PS-30,0,1.0", True),
        ("HAMEG,HMP4040,103781,HW50020001/SW2.50", True),
        ("Siglent Technologies,SPD3303X,SPD3XJFQ3R2171,1.01.01.02.05,V3.0", True),
        ("KORADKA3005PV2.0", False),
        ("LAMBDA,GEN8-90", False),
    ],
)
def test_an_identity_has_four_fields(text: str, fits: bool) -> None:
    """What answers otherwise does not speak IEEE 488.2."""
    assert bool(re.search(IDENTITY, text)) is fits


def test_it_asks_once_what_there_is() -> None:
    """The identity is followed by the probes; afterwards nothing is asked twice."""
    talk: list[Pair] = [
        ("*IDN?", "ACME,PS,0,1"), *PROBES,
        ("INST:NSEL 2;:VOLT 3.2", None), OK, ("INST:NSEL 2;:VOLT?", "3.20"),
        ("INST:NSEL 2;:MEAS:VOLT?", "3.201"),
    ]  # fmt: skip

    with replay(on_channel_2, talk) as supply:
        supply.identify()
        supply.set_voltage(Volts(3.2))
        assert supply.measure_voltage() == pytest.approx(3.201)
        assert plays(supply, Protected)


def test_what_is_not_understood_is_done_without() -> None:
    """Silence means no; its error is taken out of the queue, and the answers stay in step."""
    talk: list[Pair] = [
        ("*IDN?", "ACME,PS,0,1"), OK,
        *silent("INST:NSEL?", 1),
        *silent("VOLT:PROT:LEV?", 2),
        *silent("VOLT:PROT?", 3),
        *silent("CURR:PROT:TRIP?", 4),
        ("VOLT 3.2", None), OK, ("VOLT?", "3.20"),
    ]  # fmt: skip

    with replay(Driver, talk) as supply:
        supply.identify()
        assert not plays(supply, Protected)
        assert supply.tripped() == ""
        supply.set_voltage(Volts(3.2))


def test_an_answer_that_is_no_number_is_no_yes() -> None:
    """What answers a question in words has not understood it."""
    talk: list[Pair] = [
        OK,
        ("INST:NSEL?", '**ERROR [26-01-01 12:00:00]: -113,"Undefined header"\nwhat?'), UNKNOWN, OK,
        ("VOLT:PROT:LEV?", "6"), OK,
        ("VOLT:PROT:STAT?", "1"), OK,
        ("VOLT:PROT:TRIP?", "0"), OK,
        ("CURR:PROT:TRIP?", "0"), OK,
        ("VOLT:PROT:LEV?", "6"),
    ]  # fmt: skip

    with replay(Driver, talk) as supply:
        assert supply.over_voltage() == Volts(6)


def test_a_supply_that_is_silent_altogether_is_told() -> None:
    """No answer to anything is a lost device, not a poor one."""
    with replay(Driver, [("SYST:ERR?", None)]) as supply, pytest.raises(PortTimeout):
        supply.set_voltage(Volts(1))


def test_the_order_to_go_off_waits_for_no_probe() -> None:
    """The first thing on the wire is the order itself."""
    talk: list[Pair] = [
        ("INST:NSEL 1;:OUTP OFF", None), ("OUTP OFF", None), ("OUTP OFF", None),
        ("SYST:ERR?", None),
    ]  # fmt: skip

    with replay(Driver, talk) as supply, pytest.raises(PortTimeout):
        supply.make_safe()


def test_a_supply_that_was_never_probed_is_safe_at_once() -> None:
    """Somebody who comes only to switch off does not wait for what the supply may know."""

    def story(bench: SupplyBench) -> None:
        bench.energise(5)
        saviour = Driver(bench.connect()[0])
        began = bench.clock.now()
        saviour.make_safe()
        assert bench.clock.now() - began < 1.0
        assert bench.rail.volts() < 0.5
        saviour.set_voltage(Volts(4))  # now there is time to ask

    on_supply("generic_bare", story)


def test_another_channel_selected_is_not_switched_off_instead() -> None:
    """The order names its channel also before it is known whether channels can be named."""

    def story(bench: SupplyBench) -> None:
        bench.energise(5)
        bench.ask("INST:NSEL 3;:INST:NSEL?")
        Driver(bench.connect()[0], channel=2).make_safe()
        assert bench.rail.volts() < 0.5

    on_supply("e36313a", story, channel=2)


def test_a_level_that_is_not_taken_is_a_refusal() -> None:
    """Protection is read back like everything else."""
    talk: list[Pair] = [
        *PROBES,
        ("INST:NSEL 2;:VOLT:PROT:LEV 6", None), OK, ("INST:NSEL 2;:VOLT:PROT:LEV?", "1"),
    ]  # fmt: skip

    with replay(on_channel_2, talk) as supply, pytest.raises(DeviceRefused, match="reads back"):
        supply.set_over_voltage(Volts(6))


def test_a_channel_that_cannot_be_selected_is_refused() -> None:
    """Without an INSTrument subsystem there is only one."""
    talk: list[Pair] = [OK, *silent("INST:NSEL?", 1)]

    with replay(on_channel_2, talk) as supply, pytest.raises(DeviceRefused, match="channel 2"):
        supply.set_voltage(Volts(1))


def test_resolution_and_fall_time_are_the_instances_own() -> None:
    """Nobody can ask for them, so the rig file may say them."""
    with replay(partial(Driver, voltage_step=Volts(0.1), fall_time=Seconds(5)), []) as supply:
        assert (supply.capability.voltage_step, supply.capability.fall_time) == (0.1, 5.0)
    assert Driver.capability.points == 0


@pytest.mark.parametrize(
    ("model", "channel"),
    [
        ("generic", 1),
        ("e36103b", 1),
        ("e36233a", 2),
        ("e36313a", 2),
        ("hmp4040", 1),
        ("nge103b", 2),
        ("ngm202", 2),
        ("ngp804", 1),
        ("dp2031", 1),
    ],
)
def test_its_daily_work_on_supplies_of_several_makes(model: str, channel: int) -> None:
    """Set, switch, measure, trip, clear and be safe, on the right output."""

    def story(bench: SupplyBench) -> None:
        assert re.search(IDENTITY, bench.driver.identify())
        bench.driver.make_safe()
        bench.driver.set_current_limit(Amps(1))
        bench.energise(5, ovp=6)
        assert bench.driver.measure_voltage() == pytest.approx(5, abs=0.02)
        assert bench.rail.volts() == pytest.approx(5, abs=0.02)
        bench.driver.set_voltage(Volts(8))
        bench.clock.sleep(1)
        assert bench.driver.tripped() == "ovp"
        bench.driver.set_voltage(Volts(3))
        bench.driver.clear_trip()
        bench.clock.sleep(1)
        assert bench.rail.volts() < 0.5
        bench.energise(3)
        bench.driver.make_safe()
        assert bench.rail.volts() < 0.5

    on_supply(model, story, driver=Driver, channel=channel)


def test_a_supply_without_protection_works_without() -> None:
    """It is no Protected supply, also behind a rig's limits; everything else works."""

    def story(bench: SupplyBench) -> None:
        bench.driver.identify()
        assert not plays(bench.driver, Protected)
        with pytest.raises(NotSupported, match="ovp"):
            bench.driver.set_over_voltage(Volts(6))
        bench.energise(5)
        assert bench.driver.output()
        bench.driver.poll()
        bench.driver.make_safe()
        assert bench.rail.volts() < 0.5

    held = limited(Driver, Limits(voltage=Volts(6), current=Amps(2)))
    on_supply("generic_bare", story, driver=Driver)
    on_supply("generic_bare", story, driver=held)


def test_a_supply_that_wants_channel_lists_is_told_not_guessed() -> None:
    """A language that cannot be spoken generically ends in an error before anything is on."""

    def story(bench: SupplyBench) -> None:
        bench.driver.identify()
        with pytest.raises(DeviceRefused, match="-109"):
            bench.driver.set_voltage(Volts(5))
        with pytest.raises(BenchError):
            bench.driver.set_output(on=True)
        assert bench.rail.volts() == 0

    on_supply("n6701c", story, driver=Driver)


def test_another_clients_selection_does_not_matter() -> None:
    """Each message names its channel, so somebody else's choice cannot move a voltage."""

    def story(bench: SupplyBench) -> None:
        bench.energise(5)
        bench.ask("INST:NSEL 3;:INST:NSEL?")
        bench.driver.set_voltage(Volts(4))
        bench.clock.sleep(0.5)
        assert bench.rail.volts() == pytest.approx(4)
        assert bench.ask("VOLT? (@3)") == "+0.00000000E+00"

    on_supply("e36313a", story, driver=Driver, channel=2)


def test_one_that_is_left_to_its_front_panel_is_told_with_a_way_on() -> None:
    """Nobody has to look up what -203 is."""
    talk: list[Pair] = [
        *PROBES, ("INST:NSEL 2;:OUTP ON", None), ("SYST:ERR?", '-203,"Command protected"'), OK,
    ]  # fmt: skip

    with replay(on_channel_2, talk) as supply, pytest.raises(DeviceRefused, match="remote: "):
        supply.set_output(on=True)


def test_it_is_taken_over_with_each_message() -> None:
    """A hand at its panel in the middle of a run keeps nothing on."""
    probes: list[Pair] = [
        (f"SYST:REM;:{one}" if isinstance(one, str) and ";:" in one else one, said)
        for one, said in PROBES
    ]
    talk: list[Pair] = [
        *probes, ("SYST:REM;:INST:NSEL 2;:OUTP ON", None), OK,
        ("SYST:REM;:INST:NSEL 2;:OUTP?", "1"),
    ]  # fmt: skip

    with replay(partial(Driver, channel=2, remote="SYST:REM"), talk) as supply:
        supply.set_output(on=True)


def test_it_is_taken_over_for_the_order_to_go_off() -> None:
    """Also before anything is known of it."""
    talk: list[Pair] = [
        ("SYST:REM;:INST:NSEL 1;:OUTP OFF", None), ("SYST:REM;:OUTP OFF", None),
        ("SYST:REM;:OUTP OFF", None), ("SYST:ERR?", None),
    ]  # fmt: skip

    with (
        replay(partial(Driver, remote="SYST:REM"), talk) as supply,
        pytest.raises(PortTimeout),
    ):
        supply.make_safe()
