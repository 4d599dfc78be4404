"""The NGE100B driver: against its dialogue, and against the simulated NGE103B."""

from functools import partial

import pytest

from harness.drivers.rs_nge import Driver
from harness.errors import DeviceRefused
from harness.model.units import Volts
from harness.testing import replay
from harness.tests.supplies import SupplyBench, on_supply

OK = ("SYST:ERR?", '0,"No error"')
bench = partial(on_supply, "nge103b", current=1)


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
        assert bench.ask("VOLT:RAMP?;:OUTP:GEN?") == "0;0"
        bench.driver.set_output(on=True)
        bench.clock.sleep(0.2)
        assert bench.rail.volts() == pytest.approx(8)

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
