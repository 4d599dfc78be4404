"""The NGE100B driver: against its dialogue, and against the simulated NGE103B."""

import re
from collections.abc import Callable

import pytest

from harness.drivers.rs_nge import IDENTITY, Driver
from harness.errors import DeviceRefused, PortLost, PortTimeout
from harness.model.power import HardLimited, ListMode, Protected, Supply
from harness.model.roles import Identified, Polled, SafeState, plays
from harness.model.units import Amps, Volts
from harness.testing import replay
from harness.tests.supplies import SupplyBench, on_supply

OK = ("SYST:ERR?", '0,"No error"')
IDN = "Rohde&Schwarz,NGE102B,5601.3800k02/100001,1.54"


def bench(story: Callable[[SupplyBench], None]) -> None:
    """Run a story on channel 1 of an NGE103B of its own, with some current."""

    def with_current(bench: SupplyBench) -> None:
        bench.driver.set_current_limit(Amps(1))
        story(bench)

    on_supply("nge103b", with_current)


def test_it_plays_its_roles() -> None:
    """What it has; no list and no hard limit, which are not known of it."""
    for role in (Supply, Protected, Identified, Polled, SafeState):
        assert plays(Driver, role)
    assert not plays(Driver, ListMode)
    assert not plays(Driver, HardLimited)


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        (IDN, True),
        ("Rohde&Schwarz,NGE103B,5601.3800k03/1,1.54", True),
        ("ROHDE&SCHWARZ,HMP4040,103781,HW50020003/SW2.62", False),
        ("Rohde&Schwarz,NGM202,3638.4472k03/1,04.000", False),
    ],
)
def test_only_its_own_family_is_recognised(text: str, fits: bool) -> None:
    """Its sisters do not match."""
    assert bool(re.search(IDENTITY, text)) is fits


def test_protection_is_set_by_level_and_then_switched_on() -> None:
    """Both are read back."""
    talk = [
        ("INST:NSEL 1;:VOLT:PROT:LEV 6", None), OK, ("INST:NSEL 1;:VOLT:PROT:LEV?", "6.000"),
        ("INST:NSEL 1;:VOLT:PROT:STAT ON", None), OK, ("INST:NSEL 1;:VOLT:PROT:STAT?", "1"),
        ("INST:NSEL 1;:VOLT:PROT:TRIP?", "0"), ("INST:NSEL 1;:FUSE:TRIP?", "1"),
    ]  # fmt: skip

    with replay(Driver, talk) as supply:
        supply.set_over_voltage(Volts(6))
        assert supply.tripped() == "ocp"


def test_protection_that_stays_off_is_refused() -> None:
    """No error in the queue is no proof."""
    talk = [
        ("INST:NSEL 1;:VOLT:PROT:LEV 6", None), OK, ("INST:NSEL 1;:VOLT:PROT:LEV?", "6.000"),
        ("INST:NSEL 1;:VOLT:PROT:STAT ON", None), OK, ("INST:NSEL 1;:VOLT:PROT:STAT?", "0"),
    ]  # fmt: skip

    with replay(Driver, talk) as supply, pytest.raises(DeviceRefused, match="still off"):
        supply.set_over_voltage(Volts(6))


def test_with_the_master_on_the_channel_alone_is_switched() -> None:
    """Nobody else is touched."""
    talk = [
        ("OUTP:GEN?", "1"),
        ("INST:NSEL 1;:OUTP ON", None), OK, ("INST:NSEL 1;:OUTP?", "1"),
        ("OUTP:GEN?", "1"),
    ]  # fmt: skip

    with replay(Driver, talk) as supply:
        supply.set_output(on=True)


def test_a_supply_that_says_nothing_is_told_to_go_off_all_the_same() -> None:
    """The first thing on the wire is the order itself: the master, then the channel."""
    off = "OUTP:GEN OFF;:INST:NSEL 1;:OUTP OFF"
    talk = [(off, None), (off, None), ("SYST:ERR?", None)]

    with replay(Driver, talk) as supply, pytest.raises(PortTimeout):
        supply.make_safe()


def test_its_daily_work() -> None:
    """Set, switch, measure; the safe state is measured."""

    def story(bench: SupplyBench) -> None:
        assert re.search(IDENTITY, bench.driver.identify())
        bench.energise(9, ovp=10)
        assert bench.driver.output()
        assert bench.driver.measure_voltage() == pytest.approx(9, abs=0.02)
        assert bench.driver.measure_current() == pytest.approx(0.3, abs=0.01)
        bench.driver.make_safe()
        assert bench.rail.volts() < 0.5
        assert bench.ask("OUTP:GEN?") == "0"

    bench(story)


def test_a_level_between_the_grid_is_moved_to_it() -> None:
    """3.333 V becomes 3.33 V, and that is near enough."""

    def story(bench: SupplyBench) -> None:
        bench.driver.set_voltage(Volts(3.333))
        assert bench.ask("VOLT?") == "3.330"

    bench(story)


def test_a_ramp_left_on_at_the_front_panel_is_gone_in_the_safe_state() -> None:
    """With EasyRamp on, switching on is no edge."""

    def story(bench: SupplyBench) -> None:
        bench.ask("VOLT:RAMP:DUR 2;:VOLT:RAMP ON;:VOLT:RAMP?")
        bench.driver.set_voltage(Volts(8))
        bench.driver.set_output(on=True)
        bench.clock.sleep(1)
        assert 2 < bench.rail.volts() < 6

        bench.driver.make_safe()
        assert bench.ask("VOLT:RAMP?") == "0"
        bench.driver.set_output(on=True)
        bench.clock.sleep(0.2)
        assert bench.rail.volts() == pytest.approx(8)

    bench(story)


def test_a_trip_is_seen_and_cleared_without_a_surprise() -> None:
    """The output stays off."""

    def story(bench: SupplyBench) -> None:
        bench.energise(5, ovp=6)
        bench.driver.set_voltage(Volts(9))
        bench.clock.sleep(1)
        assert [bench.driver.tripped(), bench.driver.tripped()] == ["ovp", "ovp"]
        assert bench.kinds().count("tripped") == 1
        bench.driver.set_voltage(Volts(5))
        bench.driver.clear_trip()
        assert bench.driver.tripped() == ""
        assert not bench.driver.output()

    bench(story)


def test_beyond_the_rating_is_refused_in_its_words() -> None:
    """-222 reaches the reader; a dead link is told."""

    def story(bench: SupplyBench) -> None:
        with pytest.raises(DeviceRefused, match="-222"):
            bench.driver.set_voltage(Volts(33))
        bench.port.close()
        with pytest.raises(PortLost):
            bench.driver.measure_voltage()

    bench(story)


@pytest.mark.parametrize(
    ("message", "answer"),
    [
        ('INST:NSEL 2;:APPL "5.00,1.000";:APPL?', '"5.000, 1.000"'),  # a public driver's spelling
        ("INST:NSEL 2;:APPL 6,2;:VOLT?;:CURR?", "6.000;2.000"),
        ("OUTPUT:STATE ON;:OUTP:GEN?", "1"),
        ("OUTP:GEN ON;:OUTP:STATE?", "0"),  # nobody was chosen
        ("ARB:DATA?;*OPC?", ""),
        ("FUSE:DEL 0.1;DEL?", "0.100"),
    ],
)
def test_a_foreign_client_is_answered(message: str, answer: str) -> None:
    """As public drivers speak to it; what it does not know it does not answer."""

    def story(bench: SupplyBench) -> None:
        assert bench.ask(message) == answer
        error = '0,"No error"' if answer else '-113,"Undefined header"'
        assert bench.ask("SYST:ERR?") == error

    bench(story)
