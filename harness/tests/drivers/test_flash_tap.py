"""The flash tap: its driver against the written protocol, and against the simulated one."""

import random
from collections.abc import Callable
from typing import Any

import pytest

from harness.clock import CooperativeClock
from harness.drivers.flash_tap import IDENTITY, Driver
from harness.errors import BenchError, DeviceRefused, Garbled, PortLost, PortTimeout
from harness.files import fixture, read_plain
from harness.model.roles import FlashTap, Identified, SafeState, Watched, plays
from harness.model.units import Seconds
from harness.ports.memory import pair
from harness.sim.feed import Feed
from harness.sim.flash_tap import FlashTap as SimulatedTap
from harness.sim.terminal.flash import Flash
from harness.testing import Pair, replay

PERSONALITY = read_plain(fixture("flash", "tap_mcu", "personality.yaml"))


class Bench:
    """The driver, the simulated tap, a flash, a feed of 5 V and what was observed."""

    def __init__(self, clock: CooperativeClock) -> None:
        self.clock = clock
        self.feed = Feed(clock, lambda: 0.3, lambda: None)
        self.feed.source.go_to(5.0)
        self.tap = SimulatedTap(clock, PERSONALITY, self.feed)
        self.flash = Flash(clock, rng=random.Random(1), write_time=0.01, page=100)
        self.flash.programs = self.tap.programmed
        self.port, theirs = pair(clock, "flash tap")
        self.tap.outlets["line"](theirs)
        self.driver = Driver(self.port)
        self.seen: list[tuple[str, int]] = []
        self.driver.observe = self._take

    def _take(self, kind: str, /, *, t: float | None = None, **fields: Any) -> None:
        self.seen.append((kind, fields["count"]))

    def volts_while(self, pages: int) -> list[float]:
        """The terminal's voltage right after each of so many pages began."""
        volts = []
        for _ in range(pages):
            self.flash.write("slot.b", bytes(10))
            volts.append(round(self.feed.load.volts(), 1))
        return volts


def on_bench(story: Callable[[Bench], None]) -> None:
    """Run a story in virtual time."""
    clock = CooperativeClock()
    clock.run(lambda: story(Bench(clock)))


def test_it_plays_its_roles() -> None:
    """What faults and rigs look for is there."""
    for role in (FlashTap, Identified, Watched, SafeState):
        assert plays(Driver, role)


def test_arming_and_disarming_in_its_words() -> None:
    """The words of the protocol; disarming is read back."""
    talk: list[Pair] = [
        (b"ID?\n", b"FLASH-TAP 1.0 FT1\r\n"), (b"ARM 17 3000000us\n", b"OK ARMED 17\r\n"),
        (b"COUNT?\n", b"REST 12\r\nCOUNT 12\r\n"), (b"DISARM\n", b"OK IDLE\r\n"),
        (b"STATE?\n", b"IDLE\r\n"),
    ]  # fmt: skip
    with replay(Driver, talk) as tap:
        assert tap.identify().startswith(IDENTITY.removeprefix("^"))
        tap.arm(17, lasting=Seconds(3))
        assert tap.pages() == 12
        tap.disarm()


def test_what_it_cannot_count_is_refused_before_the_wire() -> None:
    """No page before the first, no cut without an end or without a beginning."""
    for count, lasting in ((0, 3.0), (-1, 3.0), (1, 0.0), (1, 5000.0)):
        with replay(Driver, []) as tap, pytest.raises(DeviceRefused, match="page"):
            tap.arm(count, lasting=Seconds(lasting))


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (b"ERR 3 the line is open\r\n", DeviceRefused),
        (b"OK ARMED 18\r\n", DeviceRefused),
        (None, PortTimeout),
        (PortLost("pulled"), PortLost),
    ],
)
def test_a_refusal_silence_and_a_pulled_plug_are_told_apart(
    answer: Any, error: type[BenchError]
) -> None:
    """Each is an error of the bench, with its own name."""
    talk: list[Pair] = [(b"ARM 17 3000000us\n", answer)]
    with replay(Driver, talk) as tap, pytest.raises(error):
        tap.arm(17, lasting=Seconds(3))


def test_what_is_not_idle_is_not_called_safe() -> None:
    """A tap that stays open would keep the terminal without power; nonsense is no number."""
    talk: list[Pair] = [(b"DISARM\n", b"OK IDLE\r\n"), (b"STATE?\n", b"OPEN\r\n")]
    with replay(Driver, talk) as tap, pytest.raises(BenchError, match="could not be disarmed"):
        tap.make_safe()
    with replay(Driver, [(b"COUNT?\n", b"COUNT many\r\n")]) as tap, pytest.raises(Garbled):
        tap.pages()


def test_the_power_goes_at_the_page_it_was_armed_for() -> None:
    """Not before; it is back after the time asked for, and all of it is told."""

    def story(bench: Bench) -> None:
        bench.clock.sleep(0.1)
        assert bench.volts_while(5) == [5.0] * 5
        bench.driver.arm(3, lasting=Seconds(2))
        volts = bench.volts_while(4)

        assert volts[:2] == [5.0, 5.0]
        assert volts[2] < 1.0
        assert bench.seen == []
        bench.clock.sleep(5.0)
        bench.driver.attend()
        assert bench.seen == [("triggered", 3), ("programmed", 4), ("closed", 3)]
        assert bench.feed.load.volts() == 5.0
        assert bench.driver.pages() == 4

    on_bench(story)


def test_each_page_of_a_large_write_counts() -> None:
    """A write of 250 bytes is three pages of 100."""

    def story(bench: Bench) -> None:
        bench.driver.arm(9, lasting=Seconds(1))
        bench.flash.write("slot.b", bytes(250))
        bench.flash.append("slot.b", bytes(10))
        bench.flash.delete("slot.b")
        assert bench.driver.pages() == 5

    on_bench(story)


def test_disarming_gives_the_power_back_at_once() -> None:
    """Also in the middle of a cut; and no cut comes afterwards."""

    def story(bench: Bench) -> None:
        bench.driver.arm(1, lasting=Seconds(60))
        bench.volts_while(1)
        with pytest.raises(DeviceRefused, match="ERR 3"):
            bench.driver.arm(1, lasting=Seconds(1))
        bench.driver.disarm()
        bench.clock.sleep(0.01)
        assert bench.feed.load.volts() == 5.0
        assert bench.volts_while(3) == [5.0] * 3

    on_bench(story)


def test_words_that_nobody_knows_are_refused() -> None:
    """By number, as the protocol says."""

    def story(bench: Bench) -> None:
        for said, wanted in (("HELLO", "ERR 1"), ("ARM 0 1us", "ERR 2"), ("ARM x", "ERR 2")):
            bench.port.write(f"{said}\n".encode())
            chunk = bench.port.read(bench.clock.now() + 1)
            assert chunk is not None
            assert chunk.data.decode().startswith(wanted)

    on_bench(story)
