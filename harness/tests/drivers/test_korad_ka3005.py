"""The Korad driver: messages without ends, and the simulated KA3005P."""

from itertools import pairwise
from typing import Any

import pytest

from harness.drivers.korad_ka3005 import Driver
from harness.errors import BenchError, DeviceRefused, Garbled, PortLost, PortTimeout
from harness.model.units import Amps, Volts
from harness.testing import Pair, replay
from harness.tests.supplies import SupplyBench, on_supply

ON, OFF = b"\x51", b"\x11"  # STATUS?: beep and CV, with and without output


def test_a_voltage_is_set_and_read_back_without_any_line_end() -> None:
    """Five characters each way."""
    talk: list[Pair] = [(b"VSET1:05.00", None), (b"VSET1?", b"05.00")]
    with replay(Driver, talk) as supply:
        supply.set_voltage(Volts(5))


def test_a_dropped_set_is_said_once_more() -> None:
    """Then it is a refusal."""
    dropped: list[Pair] = [(b"VSET1:03.30", None), (b"VSET1?", b"05.00")]
    taken: list[Pair] = [(b"VSET1:03.30", None), (b"VSET1?", b"03.30")]
    with replay(Driver, [*dropped, *taken]) as supply:
        supply.set_voltage(Volts(3.3))
    with (
        replay(Driver, [*dropped, *dropped]) as supply,
        pytest.raises(DeviceRefused, match="reads back as 5"),
    ):
        supply.set_voltage(Volts(3.3))


def test_the_sixth_byte_of_a_current_is_no_part_of_the_next_answer() -> None:
    """It comes after five that are the answer."""
    talk: list[Pair] = [
        (b"ISET1:1.000", None), (b"ISET1?", b"1.000K"), (b"VOUT1?", b"05.00"),
    ]  # fmt: skip
    with replay(Driver, talk) as supply:
        supply.set_current_limit(Amps(1))
        assert supply.measure_voltage() == Volts(5)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (b"05.0", PortTimeout),
        (None, PortTimeout),
        (b"05.000", Garbled),
        (b"05.0005.00", Garbled),
        (b"KORAD", Garbled),
        (PortLost("gone"), PortLost),
    ],
)
def test_too_few_and_too_many_bytes_are_told(answer: Any, error: type[BenchError]) -> None:
    """Nothing else marks an answer's end."""
    with replay(Driver, [(b"VOUT1?", answer)]) as supply, pytest.raises(error):
        supply.measure_voltage()


def test_after_a_missing_answer_it_asks_for_the_name_first() -> None:
    """A late answer before the name is skipped; no name, no further word."""
    talk: list[Pair] = [
        (b"VOUT1?", None), (b"*IDN?", b"05.00KORADKA3005PV2.0"), (b"VOUT1?", b"05.01"),
    ]  # fmt: skip
    with replay(Driver, talk) as supply:
        with pytest.raises(PortTimeout):
            supply.measure_voltage()
        assert supply.measure_voltage() == Volts(5.01)
    with replay(Driver, [(b"VOUT1?", None), (b"*IDN?", b"05.00")]) as supply:
        for _ in range(2):
            with pytest.raises(PortTimeout):
                supply.measure_voltage()


def test_an_order_to_go_off_that_is_dropped_twice_is_no_safe_state() -> None:
    """It is said at once, and once more after the pause; the status decides."""
    talk: list[Pair] = [(b"OUT0", None), (b"OUT0", None), (b"STATUS?", ON)]
    with replay(Driver, talk) as supply, pytest.raises(BenchError, match="switched off"):
        supply.make_safe()


def test_an_output_that_does_not_go_on_is_told() -> None:
    """After two tries."""
    talk: list[Pair] = [(b"OUT1", None), (b"STATUS?", OFF)] * 2
    with replay(Driver, talk) as supply, pytest.raises(DeviceRefused, match="still off"):
        supply.set_output(on=True)


@pytest.mark.parametrize("status", [b"\x31", b"\x91"])
def test_a_protection_that_stays_on_is_told(status: bytes) -> None:
    """It would switch the output off at the first dip."""
    talk: list[Pair] = [(b"OVP0", None), (b"OCP0", None), (b"STATUS?", status)] * 2
    with replay(Driver, talk) as supply, pytest.raises(BenchError, match="stays on"):
        supply.reset_topology()


# --- against the simulated supply -----------------------------------------------------------


def switch_on(bench: SupplyBench) -> None:
    """On at 5 V, from the safe state."""
    bench.driver.make_safe()
    bench.driver.reset_topology()
    bench.driver.set_current_limit(Amps(1))
    bench.energise(5)


def raw(bench: SupplyBench, text: str, *, wait: float = 0.3) -> bytes:
    """What the instrument answers on the driver's line to a message without an end."""
    bench.port.write(text.encode("latin-1"))
    heard, until = b"", bench.clock.now() + wait
    while chunk := bench.port.read(until):
        heard += chunk.data
    return heard


def test_an_output_that_went_off_by_itself_is_seen_once() -> None:
    """A trip leaves no other mark."""

    def story(bench: SupplyBench) -> None:
        switch_on(bench)
        raw(bench, "OCP1")
        bench.overload(3.0)
        bench.clock.sleep(1)
        for _ in range(4):
            bench.driver.poll()
        assert bench.kinds().count("tripped") == 1
        assert not bench.driver.output()

    on_supply("ka3005p", story)


def test_a_slow_relative_needs_its_own_pause() -> None:
    """With half a second of deafness the usual pause loses sets; the option mends it."""
    slow = {"busy": {"ask": 0.08, "set": 0.53, "status": 0.53}, "stray": ""}

    def hasty(bench: SupplyBench) -> None:
        with pytest.raises(BenchError):
            switch_on(bench)

    def patient(bench: SupplyBench) -> None:
        switch_on(bench)
        assert bench.rail.volts() == pytest.approx(5)

    on_supply("ka3005p", hasty, changes=slow)
    on_supply("ka3005p", patient, changes=slow, settle=0.55, gap=0.1)


def test_its_messages_are_ended_by_time_alone() -> None:
    """Two at once are one that it does not know; pieces of one are one; a line end is nothing."""

    def story(bench: SupplyBench) -> None:
        assert raw(bench, "*IDN?") == b"KORADKA3005PV2.0"
        assert raw(bench, "VSET1?VSET1?") == b""
        assert raw(bench, "VSET1:04.20\r\n") == b""
        bench.port.write(b"VSE")
        assert raw(bench, "T1?") == b"04.20"
        assert raw(bench, "ISET1?") == b"5.000K"
        assert raw(bench, "VSET1:99", wait=0.1) == b""
        assert raw(bench, "VSET1?") == b"04.20"
        assert raw(bench, "STATUS?") == OFF
        bench.port.write(b"VOUT1?")
        bench.clock.sleep(0.04)
        bench.port.write(b"IOUT1?")
        assert raw(bench, "") == b"00.00", "the second came too soon"

    on_supply("ka3005p", story)


def test_memories_switch_the_output_off() -> None:
    """Recalled levels come with the output off."""

    def story(bench: SupplyBench) -> None:
        switch_on(bench)
        for message in ("SAV1", "VSET1:03.00", "RCL1", "RCL2", "BEEP0"):
            raw(bench, message)
        assert raw(bench, "VSET1?") == b"05.00"
        assert raw(bench, "STATUS?") == b"\x01"

    on_supply("ka3005p", story)


def test_in_constant_current_the_status_says_so() -> None:
    """Bit 0 is CV."""

    def story(bench: SupplyBench) -> None:
        switch_on(bench)
        bench.overload(3.0)
        assert raw(bench, "STATUS?") == b"\x50"

    on_supply("ka3005p", story)


def test_the_pauses_are_kept_on_the_wire() -> None:
    """A question and a set are at least as far apart as the options say."""
    times: list[float] = []

    def story(bench: SupplyBench) -> None:
        write: Any = bench.port.write

        def noted(octets: bytes) -> None:
            times.append(bench.clock.now())
            write(octets)

        port: Any = bench.port
        port.write = noted
        bench.driver.set_voltage(Volts(4))
        bench.driver.measure_voltage()
        assert all(later - first >= 0.08 for first, later in pairwise(times))
        assert len(times) == 3

    on_supply("ka3005p", story)
