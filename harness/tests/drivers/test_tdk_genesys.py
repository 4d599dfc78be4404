"""The Genesys driver: the GEN language by its manual, and the simulated GEN20-38."""

import re
from functools import partial

import pytest

from harness.drivers.tdk_genesys import Driver
from harness.errors import BenchError, DeviceRefused, Garbled, PortTimeout
from harness.model.units import Volts
from harness.testing import Pair, replay
from harness.tests.supplies import SupplyBench, on_supply

ADR: Pair = (b"ADR 6\r", b"OK\r")
bench = partial(on_supply, "gen20_38", current=1)


def said(*rows: tuple[str, str | None]) -> list[Pair]:
    """A dialogue after the address; lines end with CR both ways."""
    return [ADR, *((f"{ask}\r".encode(), tell and f"{tell}\r".encode()) for ask, tell in rows)]


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


# --- against the simulated supply -----------------------------------------------------------


def said_by(on: SupplyBench, line: str) -> str:
    """What the instrument answers to a line of somebody else's."""
    return on.ask(line, end="\r")


def test_protection_and_voltage_keep_their_distance() -> None:
    """PV above 95 % of OVP and OVP below 105 % of PV are refused by the unit."""

    def story(on: SupplyBench) -> None:
        on.energise(5, ovp=6)
        with pytest.raises(DeviceRefused, match="E01"):
            on.driver.set_voltage(Volts(5.9))
        with pytest.raises(DeviceRefused, match="E04"):
            on.driver.set_over_voltage(Volts(5.1))
        assert on.driver.over_voltage() == Volts(6)
        assert on.rail.volts() == pytest.approx(5, abs=0.01)

    bench(story)


@pytest.mark.parametrize("which", ["ovp", "ocp"])
def test_a_trip_is_cleared_with_the_output_off_and_the_levels_kept(which: str) -> None:
    """RST forgets them and raises the protection; the driver puts them back."""

    def story(on: SupplyBench) -> None:
        on.energise(5, ovp=6)
        on.supply.channel.protect(which)  # an over-voltage from outside, or foldback
        assert [on.driver.tripped(), on.driver.tripped()] == [which, which]
        assert on.kinds().count("tripped") == 1
        with pytest.raises(DeviceRefused, match="latched"):
            on.driver.set_output(on=True)
        on.driver.clear_trip()
        assert on.driver.tripped() == ""
        assert not on.driver.output()
        assert on.driver.over_voltage() == Volts(6)
        on.clock.sleep(2)
        assert on.rail.volts() == 0
        on.driver.set_output(on=True)
        on.clock.sleep(1)
        assert on.rail.volts() == pytest.approx(5, abs=0.01)

    bench(story)


def test_the_unit_itself_recovers_by_out_on() -> None:
    """What the driver guards against, as the unit does it."""

    def story(on: SupplyBench) -> None:
        on.energise(5, ovp=6)
        on.supply.channel.protect("ovp")
        assert said_by(on, "FLT?") == "10"
        assert said_by(on, "OUT ON") == "OK"
        on.clock.sleep(1)
        assert on.rail.volts() > 4.9
        on.supply.channel.protect("otp")
        assert said_by(on, "OUT 1") == "E07"

    bench(story)


def test_the_safe_state_leaves_no_auto_restart() -> None:
    """Off, measured, and off after a return of the mains."""

    def story(on: SupplyBench) -> None:
        on.energise(5, ovp=6)
        said_by(on, "AST ON")
        on.driver.make_safe()
        assert on.rail.volts() < 0.5
        assert said_by(on, "AST?") == "OFF"
        said_by(on, "AST 1")
        on.driver.stay_off_at_power_on()
        assert said_by(on, "AST?") == "OFF"

    bench(story)


def test_foldback_trips_after_its_delay() -> None:
    """Constant current for a quarter of a second and what was added."""

    def story(on: SupplyBench) -> None:
        on.energise(5, ovp=6)
        assert said_by(on, "FBD 100") == "OK"
        assert said_by(on, "FBD?") == "350"
        assert said_by(on, "FLD ON") == "OK"
        on.overload(3.0)
        on.clock.sleep(0.3)
        assert on.driver.tripped() == ""
        on.clock.sleep(0.1)
        assert on.driver.tripped() == "ocp"

    bench(story)


def test_the_language_is_the_manuals() -> None:
    """Words, errors, checksum, repetition, backspace, group commands, other addresses."""

    def story(on: SupplyBench) -> None:
        assert said_by(on, "IDN?") == "", "nobody was addressed yet"
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
            assert (line, said_by(on, line)) == (line, wanted)
        assert re.fullmatch(
            r"MV\(0\d\.\d{3}\),PV\(00\.000\),MC\(\d\d\.\d{3}\),PC\(00\.000\),SR\(04\),FR\(00\)",
            said_by(on, "STT?"),
        )

    on_supply("gen20_38", story)


def test_an_enabled_fault_is_requested_unasked_and_kept_as_an_event() -> None:
    """FEVE keeps it until it is read; the driver is not put out of step."""

    def story(on: SupplyBench) -> None:
        on.energise(5, ovp=6)
        said_by(on, "FENA 10")
        on.supply.channel.protect("ovp")
        assert on.driver.tripped() == "ovp"
        assert said_by(on, "FEVE?") == "10"
        assert said_by(on, "FEVE?") == "00"

    bench(story)
