"""The Genesys driver: the GEN language by its manual, and the simulated GEN20-38."""

import random
import re
from collections.abc import Callable
from typing import Any

import pytest

from harness.clock import CooperativeClock
from harness.drivers.tdk_genesys import IDENTITY, Driver
from harness.errors import BenchError, DeviceRefused, Garbled, PortTimeout, UsageError
from harness.model.power import HardLimited, ListMode, Protected, Supply
from harness.model.roles import Identified, Polled, SafeState, plays
from harness.model.units import Amps, Volts
from harness.ports.memory import pair
from harness.sim.rail import Rail
from harness.sim.supplies.make import make_supply
from harness.testing import Pair, replay

ADR: Pair = (b"ADR 6\r", b"OK\r")


def said(*rows: tuple[str, str | None]) -> list[Pair]:
    """A dialogue after the address; lines end with CR both ways."""
    return [ADR, *((f"{ask}\r".encode(), tell and f"{tell}\r".encode()) for ask, tell in rows)]


class Bench:
    """The driver, the simulated supply behind it, and what it observed."""

    def __init__(self, clock: CooperativeClock) -> None:
        self.clock, self.rail, self.amps = clock, Rail(clock), 0.3
        self.supply = make_supply(
            clock, "gen20_38", rng=random.Random(1), rails={1: self.rail},
            load=lambda _: self.amps if self.rail.volts() > 1 else 0.0,
        )  # fmt: skip
        self.port, theirs = pair(clock, "supply")
        self.supply.outlets["scpi"](theirs)
        self.driver = Driver(self.port)
        self.seen: list[tuple[str, dict[str, Any]]] = []
        self.driver.observe = lambda kind, /, **fields: self.seen.append((kind, fields))

    def on(self, volts: float = 5.0, guard: float = 6.0) -> None:
        """Armed and on."""
        self.driver.make_safe()
        self.driver.set_over_voltage(Volts(guard))
        self.driver.set_current_limit(Amps(1))
        self.driver.set_voltage(Volts(volts))
        self.driver.set_output(on=True)
        self.clock.sleep(1)

    def raw(self, text: str) -> str:
        """What the instrument answers to a line of somebody else's."""
        self.port.write(f"{text}\r".encode())
        chunk = self.port.read(self.clock.now() + 0.5)
        return chunk.data.decode().strip() if chunk else ""


def on_bench(story: Callable[[Bench], None]) -> None:
    """Run a story in virtual time."""
    clock = CooperativeClock()
    clock.run(lambda: story(Bench(clock)))


def test_it_plays_its_roles_and_no_other() -> None:
    """No list and no limit of its own: GEN has neither."""
    assert all(plays(Driver, role) for role in (Supply, Protected, Identified, Polled, SafeState))
    assert not any(plays(Driver, role) for role in (ListMode, HardLimited))


@pytest.mark.parametrize(
    ("text", "fits"),
    [("LAMBDA,GEN20-38", True), ("Lambda, GEN40-38", True), ("TDK-LAMBDA,G20-5,1,1", False)],
)
def test_its_own_family_is_recognised(text: str, fits: bool) -> None:
    """Also as older units spell it; a GENESYS+ speaks another language."""
    assert bool(re.search(IDENTITY, text)) is fits


def test_every_set_is_answered_and_read_back() -> None:
    """OK is read, then the value."""
    with replay(Driver, said(("PV 5", "OK"), ("PV?", "05.000"))) as supply:
        supply.set_voltage(Volts(5))


@pytest.mark.parametrize(
    ("answer", "error", "match"),
    [
        ("E01", DeviceRefused, r"E01 \(voltage above 105 %"),
        ("C05", DeviceRefused, "out of range"),
        ("05.000", Garbled, "not OK"),
        (None, PortTimeout, "no answer"),
    ],
)
def test_an_error_code_is_told_with_its_meaning(
    answer: str | None, error: type[BenchError], match: str
) -> None:
    """The unit's code and the manual's table."""
    with (
        replay(Driver, said(("PV 5", answer))) as supply,
        pytest.raises(error, match=match),
    ):
        supply.set_voltage(Volts(5))


def test_a_value_that_reads_back_differently_is_refused() -> None:
    """The unit said OK and did something else."""
    with (
        replay(Driver, said(("PV 5", "OK"), ("PV?", "04.500"))) as supply,
        pytest.raises(DeviceRefused, match=r"reads back as 4\.5"),
    ):
        supply.set_voltage(Volts(5))


def test_a_service_request_is_no_answer() -> None:
    """It may come at any time, also before the answer."""
    talk: list[Pair] = [ADR, (b"MV?\r", b"!06\r05.001\r")]
    with replay(Driver, talk) as supply:
        assert supply.measure_voltage() == pytest.approx(5.001)


def test_on_is_not_said_while_a_protection_is_latched() -> None:
    """It would release the latch and put the voltage on."""
    with (
        replay(Driver, said(("FLT?", "10"))) as supply,
        pytest.raises(DeviceRefused, match="ovp is latched"),
    ):
        supply.set_output(on=True)


def test_the_first_thing_in_an_emergency_is_the_order_itself() -> None:
    """With its address, and waiting for nothing."""
    talk: list[Pair] = [(b"\rADR 6\rOUT OFF\r", None), (b"\rADR 6\r", None), (b"DVC?\r", None)]
    with replay(Driver, talk) as supply, pytest.raises(PortTimeout):
        supply.make_safe()


def test_another_channel_or_address_is_refused_before_the_wire() -> None:
    """It has one output; addresses go to 30."""
    port = pair(CooperativeClock(), "x")[0]
    for wrong in ({"channel": 2}, {"address": 31}):
        with pytest.raises(UsageError, match="wanted"):
            Driver(port, **wrong)


# --- against the simulated supply -----------------------------------------------------------


def test_its_daily_work() -> None:
    """Set, switch, measure, poll; each is seen in the observations."""

    def story(bench: Bench) -> None:
        assert re.search(IDENTITY, bench.driver.identify())
        bench.on()
        assert bench.rail.volts() == pytest.approx(5, abs=0.01)
        assert bench.driver.measure_current() == pytest.approx(0.3, abs=0.02)
        bench.seen.clear()
        bench.driver.poll()
        assert bench.seen[0][0] == "measured"
        assert set(bench.seen[0][1]) >= {"volts", "amps"}

    on_bench(story)


def test_protection_and_voltage_keep_their_distance() -> None:
    """PV above 95 % of OVP and OVP below 105 % of PV are refused by the unit."""

    def story(bench: Bench) -> None:
        bench.on()
        with pytest.raises(DeviceRefused, match="E01"):
            bench.driver.set_voltage(Volts(5.9))
        with pytest.raises(DeviceRefused, match="E04"):
            bench.driver.set_over_voltage(Volts(5.1))
        assert bench.driver.over_voltage() == Volts(6)
        assert bench.rail.volts() == pytest.approx(5, abs=0.01)

    on_bench(story)


@pytest.mark.parametrize("which", ["ovp", "ocp"])
def test_a_trip_is_cleared_with_the_output_off_and_the_levels_kept(which: str) -> None:
    """RST forgets them and raises the protection; the driver puts them back."""

    def story(bench: Bench) -> None:
        bench.on()
        bench.supply.channel.protect(which)  # an over-voltage from outside, or foldback
        assert [bench.driver.tripped(), bench.driver.tripped()] == [which, which]
        assert [kind for kind, _ in bench.seen].count("tripped") == 1
        with pytest.raises(DeviceRefused, match="latched"):
            bench.driver.set_output(on=True)
        bench.driver.clear_trip()
        assert bench.driver.tripped() == ""
        assert not bench.driver.output()
        assert bench.driver.over_voltage() == Volts(6)
        bench.clock.sleep(2)
        assert bench.rail.volts() == 0
        bench.driver.set_output(on=True)
        bench.clock.sleep(1)
        assert bench.rail.volts() == pytest.approx(5, abs=0.01)

    on_bench(story)


def test_the_unit_itself_recovers_by_out_on() -> None:
    """What the driver guards against, as the unit does it."""

    def story(bench: Bench) -> None:
        bench.on()
        bench.supply.channel.protect("ovp")
        assert bench.raw("FLT?") == "10"
        assert bench.raw("OUT ON") == "OK"
        bench.clock.sleep(1)
        assert bench.rail.volts() > 4.9
        bench.supply.channel.protect("otp")
        assert bench.raw("OUT 1") == "E07"

    on_bench(story)


def test_the_safe_state_leaves_no_auto_restart() -> None:
    """Off, measured, and off after a return of the mains."""

    def story(bench: Bench) -> None:
        bench.on()
        bench.raw("AST ON")
        bench.driver.make_safe()
        assert bench.rail.volts() < 0.5
        assert bench.raw("AST?") == "OFF"
        bench.raw("AST 1")
        bench.driver.stay_off_at_power_on()
        assert bench.raw("AST?") == "OFF"

    on_bench(story)


def test_foldback_trips_after_its_delay() -> None:
    """Constant current for a quarter of a second and what was added."""

    def story(bench: Bench) -> None:
        bench.on()
        assert bench.raw("FBD 100") == "OK"
        assert bench.raw("FBD?") == "350"
        assert bench.raw("FLD ON") == "OK"
        bench.amps = 3.0
        bench.supply.load_changed(1)
        bench.clock.sleep(0.3)
        assert bench.driver.tripped() == ""
        bench.clock.sleep(0.1)
        assert bench.driver.tripped() == "ocp"

    on_bench(story)


def test_the_language_is_the_manuals() -> None:
    """Words, errors, checksum, repetition, backspace, group commands, other addresses."""

    def story(bench: Bench) -> None:
        assert bench.raw("IDN?") == "", "nobody was addressed yet"
        for line, wanted in (
            ("ADR 6", "OK"), ("", "OK"), ("idn?", "LAMBDA,GEN20-38"), ("FOO", "C01"),
            ("PV5", "C01"), ("PV", "C02"), ("PV five", "C03"), ("PV 1e1", "C03"), ("PV 25", "E01"),
            ("PC 50", "C05"), ("PV 5.01", "OK"), ("PV?", "05.011"), ("\\", "05.011"),
            ("UVL 4", "OK"),
            ("PV 4.1", "E02"), ("UVL 5", "E06"), ("UVL 0", "OK"), ("OVP 25", "C05"), ("OVM", "OK"),
            ("OVP?", "24.000"), ("IDX\b\bDN?", "LAMBDA,GEN20-38"), ("RMT 2", "OK"), ("RMT?", "LLO"),
            ("RMT 7", "C03"), ("OUT 2", "C03"), ("FILTER 20", "C03"), ("FILTER 23", "OK"),
            ("FILTER?", "23"), ("FENA 10", "OK"), ("FENA?", "10"), ("FENA 123", "C03"),
            ("MODE?", "OFF"), ("STAT?", "04"), ("FLT?", "00"), ("MS?", "1"), ("PV?$00", "C04"),
            ("PV?$E5", "05.011$25"), ("GPV 6", ""), ("PV?", "06.000"), ("GRST", ""),
            ("PV?", "00.000"), ("ADR 7", ""), ("PV?", ""), ("ADR 6", "OK"), ("SAV", "OK"),
            ("RCL", "OK"), ("FBDRST", "OK"), ("CLS", "OK"),
        ):  # fmt: skip
            assert (line, bench.raw(line)) == (line, wanted)
        assert re.fullmatch(
            r"MV\(0\d\.\d{3}\),PV\(00\.000\),MC\(\d\d\.\d{3}\),PC\(00\.000\),SR\(04\),FR\(00\)",
            bench.raw("STT?"),
        )

    on_bench(story)


def test_an_enabled_fault_is_requested_unasked_and_kept_as_an_event() -> None:
    """FEVE keeps it until it is read; the driver is not put out of step."""

    def story(bench: Bench) -> None:
        bench.on()
        bench.raw("FENA 10")
        bench.supply.channel.protect("ovp")
        assert bench.driver.tripped() == "ovp"
        assert bench.raw("FEVE?") == "10"
        assert bench.raw("FEVE?") == "00"

    on_bench(story)
