"""A cut at a page of the flash: what the tap is told, what counts, and what comes afterwards."""

import random
from collections.abc import Callable
from typing import Any

import pytest

from harness.clock import CooperativeClock
from harness.drivers.flash_tap import Driver
from harness.faults.cut_at_write import CutAtWrite
from harness.files import fixture, read_plain
from harness.model.cast import Cast
from harness.model.trace import Observation
from harness.model.units import Seconds, Volts
from harness.ports.memory import pair
from harness.sim.feed import Feed
from harness.sim.flash_tap import FlashTap
from harness.sim.terminal.flash import Flash


class Bench:
    """A tap on a flash, its driver, and a cast that sees what the driver observes."""

    def __init__(self, clock: CooperativeClock) -> None:
        self.clock = clock
        self.feed = Feed(clock, lambda: 0.3, lambda: None)
        self.feed.source.go_to(5.0)
        own = read_plain(fixture("flash", "tap_mcu", "personality.yaml"))
        tap = FlashTap(clock, own, self.feed)
        self.flash = Flash(clock, rng=random.Random(1), page=100)
        self.flash.programs = tap.programmed
        port, theirs = pair(clock, "flash tap")
        tap.outlets["line"](theirs)
        self.driver = Driver(port)
        self.driver.observe = self._take
        self.seen: list[Observation] = []
        self.noted: list[tuple[str, dict[str, Any]]] = []
        self.cast = Cast(
            {"flash": self.driver}, Volts(5), self._sleep, note=self._note, now=clock.now,
            since=lambda n: self.seen[n:],
        )  # fmt: skip

    def _take(self, kind: str, /, *, t: float | None = None, **fields: Any) -> None:
        self.seen.append(Observation(len(self.seen) + 1, t or 0.0, "flash", kind, fields))

    def _note(self, kind: str, /, *, t: float | None = None, **fields: Any) -> None:
        self.noted.append((kind, fields))

    def _sleep(self, seconds: float) -> None:
        self.clock.sleep(seconds)
        self.driver.attend()


def on_bench(story: Callable[[Bench], None]) -> None:
    """Run a story in virtual time."""
    clock = CooperativeClock()
    clock.run(lambda: story(Bench(clock)))


def test_it_is_over_when_the_power_is_back() -> None:
    """The tap is armed, the cut is waited for, told like any other, and its end waited for."""

    def story(bench: Bench) -> None:
        fault = CutAtWrite(write=2, lasting=Seconds(3))
        with fault.inject(bench.cast):
            playing = bench.clock.spawn("play", lambda: fault.play(bench.cast))
            bench.clock.sleep(60.0)
            assert not playing.done
            bench.flash.write("slot.b", bytes(150))
            began = bench.clock.now()
            playing.join()
            assert bench.clock.now() - began == pytest.approx(3.0, abs=0.1)
            assert bench.feed.load.volts() == 5.0

        assert [kind for kind, _ in bench.noted] == ["power_asked"]
        assert [fault.took_effect(seen) for seen in bench.seen][:1] == [True]

    on_bench(story)


def test_the_end_of_it_gives_the_power_back() -> None:
    """However it ends: nobody waits for the tap's own time."""

    def story(bench: Bench) -> None:
        with CutAtWrite(write=1, lasting=Seconds(600)).inject(bench.cast):
            bench.flash.write("slot.b", bytes(10))
            bench.clock.sleep(1.0)
            assert bench.feed.load.volts() == 0.0
        bench.clock.sleep(0.1)
        assert bench.feed.load.volts() == 5.0

    on_bench(story)


def test_another_page_is_no_effect() -> None:
    """Nor is a page that was merely counted."""
    fault = CutAtWrite(write=17)
    for kind, count in (("triggered", 16), ("programmed", 17), ("closed", 17)):
        assert not fault.took_effect(Observation(1, 0.0, "flash", kind, {"count": count}))
    assert not fault.took_effect(Observation(1, 0.0, "switch", "triggered", {"count": 17}))
    assert fault.took_effect(Observation(1, 0.0, "flash", "triggered", {"count": 17}))


def test_pages_are_counted_from_one() -> None:
    """And a cut has an end that can be waited for."""
    with pytest.raises(ValueError, match="from 1"):
        CutAtWrite(write=0)
    with pytest.raises(ValueError, match="lasting"):
        CutAtWrite(write=1, lasting=Seconds(0))
