"""The GENESYS+ driver: its SCPI, and the simulated G20-85."""

import random
import re
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from harness.clock import CooperativeClock
from harness.drivers.tdk_genesys_plus import IDENTITY, Driver
from harness.errors import BenchError, DeviceRefused, PortLost, PortTimeout, UsageError
from harness.model.power import HardLimited, ListMode, Protected, Supply
from harness.model.roles import Identified, Polled, SafeState, plays
from harness.model.units import Amps, Volts
from harness.ports.memory import pair
from harness.sim.rail import Rail
from harness.sim.supplies.make import make_supply
from harness.testing import Pair, replay

OK: Pair = ("SYST:ERR?", '0,"No error"')


class Bench:
    """The driver, the simulated supply behind it, and what it observed."""

    def __init__(self, clock: CooperativeClock, **options: Any) -> None:
        self.clock, self.rail, self.amps = clock, Rail(clock), 0.3
        self.supply = make_supply(
            clock, "g20_85", rng=random.Random(1), rails={1: self.rail},
            load=lambda _: self.amps if self.rail.volts() > 1 else 0.0,
        )  # fmt: skip
        self.port, theirs = pair(clock, "supply")
        self.supply.outlets["scpi"](theirs)
        self.driver = Driver(self.port, **options)
        self.seen: list[str] = []
        self.driver.observe = lambda kind, /, **_: self.seen.append(kind)

    def on(self) -> None:
        """Armed and on at 5 V."""
        self.driver.make_safe()
        self.driver.set_over_voltage(Volts(6))
        self.driver.set_current_limit(Amps(1))
        self.driver.set_voltage(Volts(5))
        self.driver.set_output(on=True)
        self.clock.sleep(1)

    def raw(self, text: str) -> str:
        """What the instrument answers to a line of somebody else's."""
        self.port.write(f"{text}\n".encode())
        chunk = self.port.read(self.clock.now() + 0.5)
        return chunk.data.decode() if chunk else ""


def on_bench(story: Callable[[Bench], None], **options: Any) -> None:
    """Run a story in virtual time."""
    clock = CooperativeClock()
    clock.run(lambda: story(Bench(clock, **options)))


def test_it_plays_its_roles_and_no_other() -> None:
    """Its LIST is unconfirmed, so it plays none."""
    assert all(plays(Driver, role) for role in (Supply, Protected, Identified, Polled, SafeState))
    assert not any(plays(Driver, role) for role in (ListMode, HardLimited))


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("TDK-LAMBDA,G20-85,1,1", True),
        ("TDK-LAMBDA,Z20-20,1,1", True),
        ("TDK-LAMBDA,GENH600", False),
        ("LAMBDA,GEN20-38", False),
    ],
)
def test_units_of_the_gen_language_are_not_recognised(text: str, fits: bool) -> None:
    """They would not understand a word."""
    assert bool(re.search(IDENTITY, text)) is fits


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


def test_another_channel_or_address_is_refused_before_the_wire() -> None:
    """It has one output; addresses go to 31."""
    port = pair(CooperativeClock(), "x")[0]
    for wrong in ({"channel": 2}, {"address": 32}):
        with pytest.raises(UsageError, match="wanted"):
            Driver(port, **wrong)


# --- against the simulated supply -----------------------------------------------------------


def test_its_daily_work() -> None:
    """Set, switch, measure, poll."""

    def story(bench: Bench) -> None:
        assert re.search(IDENTITY, bench.driver.identify())
        bench.on()
        assert bench.rail.volts() == pytest.approx(5, abs=0.01)
        assert bench.driver.measure_current() == pytest.approx(0.3, abs=0.02)
        bench.driver.poll()
        bench.driver.stay_off_at_power_on()
        bench.driver.make_safe()
        assert bench.rail.volts() < 0.5

    on_bench(story)


def test_protection_and_voltage_keep_their_distance() -> None:
    """The maker's own numbers and texts reach the reader."""

    def story(bench: Bench) -> None:
        bench.on()
        with pytest.raises(DeviceRefused, match=r'\+301,"PV Above OVP"'):
            bench.driver.set_voltage(Volts(5.9))
        with pytest.raises(DeviceRefused, match=r'\+304,"OVP Below PV"'):
            bench.driver.set_over_voltage(Volts(5.1))
        assert bench.driver.over_voltage() == Volts(6)

    on_bench(story)


def test_a_trip_is_seen_once_and_cleared_with_the_output_off() -> None:
    """And ON is refused by the unit meanwhile."""

    def story(bench: Bench) -> None:
        bench.on()
        bench.supply.channels[1].protect("ovp")
        assert [bench.driver.tripped(), bench.driver.tripped()] == ["ovp", "ovp"]
        assert bench.seen.count("tripped") == 1
        bench.raw("OUTP ON")
        assert bench.raw("SYST:ERR?") == '+307,"On During Fault"\r\n'
        bench.driver.clear_trip()
        assert bench.driver.tripped() == ""
        assert not bench.driver.output()
        bench.driver.set_output(on=True)

    on_bench(story)


def test_foldback_trips_in_constant_current() -> None:
    """Told as ocp."""

    def story(bench: Bench) -> None:
        bench.on()
        bench.raw("OUTP:PROT:FOLD CC")
        bench.amps = 3.0
        bench.supply.load_changed(1)
        bench.clock.sleep(1)
        assert bench.driver.tripped() == "ocp"

    on_bench(story)


def test_a_unit_that_is_not_selected_does_not_listen() -> None:
    """A driver that names its address finds it again; one that does not gets no answer."""

    def story(bench: Bench) -> None:
        assert bench.raw("INST:NSEL 9;*IDN?") in ("", "TDK-LAMBDA,G20-85,011B158-0001,G:02.122\r\n")
        with pytest.raises(PortTimeout):
            bench.driver.measure_voltage()
        named = Driver(bench.port, address=6)
        assert named.measure_voltage() < 0.1
        assert bench.raw("INST:NSEL?") == "6\r\n"

    on_bench(story)


def test_its_other_words() -> None:
    """Slew, under-voltage, mode and power, as a foreign client finds them."""

    def story(bench: Bench) -> None:
        bench.on()
        for line, wanted in (
            ("OUTP:MODE?", "CV"), ("VOLT:PROT:LOW 4;LOW?", "4.000"), ("OUTP:PROT:FOLD?", "OFF"),
            ("VOLT:SLEW:UP 0.01;UP?", "0.0100"), ("OUTP:PON?", "0"), ("STAT:OPER:COND?", "257"),
        ):  # fmt: skip
            assert (line, bench.raw(line)) == (line, f"{wanted}\r\n")
        for line, wrong in (
            ("VOLT 4.1", '+302,"PV Below UVL"'), ("VOLT:PROT:LOW 4.9", '+306,"UVL Above PV"'),
            ("VOLT 25", '-222,"Data out of range"'), ("OUTP:PROT:FOLD XX", "-224"),
        ):  # fmt: skip
            bench.raw(line)
            assert bench.raw("SYST:ERR?").startswith(wrong)
        assert float(bench.raw("MEAS:POW?")) == pytest.approx(1.5, abs=0.05)
        bench.raw("*RST")
        assert bench.raw("OUTP?;:VOLT:PROT:LOW?") == "0;0.000\r\n"

    on_bench(story)
