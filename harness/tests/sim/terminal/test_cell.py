"""A mobile terminal's cell: what it carries, how it empties and charges, what is said of it."""

from collections.abc import Callable

import pytest

from harness.clock import CooperativeClock
from harness.sim.feed import Feed
from harness.sim.terminal.body import Body
from harness.sim.terminal.cell import CAPACITY, HELD, Cell


class Bay:
    """A cell, the wire from a supply of 5 V, and a load of 0.2 A."""

    def __init__(self, clock: CooperativeClock) -> None:
        self.clock = clock
        self.body = Body(clock, ["battery"])
        self.feed = Feed(clock, lambda: 0.2 + self.cell.amps, lambda: None)
        self.cell = Cell(clock, self.body, self.feed, lambda: 0.2)
        self.feed.source.go_to(5.0)
        clock.spawn("cell", self.cell.run)
        clock.sleep(0.1)

    def put(self, pack: str) -> None:
        self.body.put("battery", pack)
        self.clock.sleep(0.1)


def on_clock(story: Callable[[Bay], None]) -> None:
    """In virtual time."""
    clock = CooperativeClock()
    clock.run(lambda: story(Bay(clock)))


def test_a_dummy_is_a_wire() -> None:
    """No charge, no current, and nothing holds the terminal up."""

    def story(bay: Bay) -> None:
        assert (bay.cell.fitted, bay.cell.charging) == (False, False)
        assert (bay.cell.percent, bay.feed.amps()) == (0, 0.2)
        bay.feed.source.go_to(0.0)
        assert bay.feed.load.volts() == 0.0

    on_clock(story)


def test_a_pack_carries_the_terminal_and_runs_down_by_its_load() -> None:
    """The supply goes and gives nothing; five percent are gone in 25 minutes of 0.2 A, then all."""

    def story(bay: Bay) -> None:
        bay.put("weak")
        assert (bay.cell.percent, bay.cell.charging) == (5, True)
        bay.feed.source.go_to(0.0)
        assert (bay.feed.load.volts(), bay.feed.amps(), bay.cell.charging) == (HELD, 0.0, False)
        bay.clock.sleep(20 * 60.0)
        assert (bay.cell.percent, bay.feed.load.volts()) == (1, HELD)
        bay.clock.sleep(10 * 60.0)
        assert (bay.cell.percent, bay.feed.load.volts(), bay.cell.charging) == (0, 0.0, False)

    on_clock(story)


def test_it_is_charged_until_it_is_full() -> None:
    """By a current that the supply has to give besides."""

    def story(bay: Bay) -> None:
        bay.put("weak")
        assert bay.feed.amps() == pytest.approx(0.2 + 3.45 / 0.9 / 5.0, abs=0.01)
        bay.clock.sleep(0.5 * CAPACITY)
        assert bay.cell.percent == 55
        assert 3.75 < bay.cell.volts < 4.05
        bay.clock.sleep(CAPACITY)
        assert (bay.cell.percent, bay.cell.charging, bay.feed.amps()) == (100, False, 0.2)

    on_clock(story)


def test_the_supply_is_met_where_the_cell_leaves_off() -> None:
    """On slopes down and up, and behind an open contact: never below what the cell gives."""

    def story(bay: Bay) -> None:
        bay.put("full")
        feed, clock = bay.feed, bay.clock
        feed.source.go_to(3.0, 1.0)
        clock.sleep(0.05)
        assert feed.load.volts() == pytest.approx(4.9)
        clock.sleep(0.95)
        assert (feed.source.volts(), feed.load.volts()) == (3.0, HELD)
        feed.source.go_to(5.0, 1.0)
        clock.sleep(0.5)
        assert (feed.source.volts(), feed.load.volts()) == (4.0, HELD)
        clock.sleep(0.45)
        assert feed.load.volts() == pytest.approx(4.9)
        clock.sleep(0.1)
        feed.put_contact("one", closed=False)
        clock.sleep(1.0)
        assert feed.load.volts() == HELD
        feed.put_contact("one", closed=True)
        clock.sleep(0.1)
        assert feed.load.volts() == 5.0

    on_clock(story)


def test_a_pack_that_is_taken_out_leaves_the_supply_alone() -> None:
    """With the supply there the terminal notices nothing; without it, it is off."""

    def story(bay: Bay) -> None:
        bay.put("full")
        bay.put("dummy")
        assert (bay.feed.load.volts(), bay.cell.left) == (5.0, 0.0)
        bay.put("full")
        bay.feed.source.go_to(0.0)
        bay.put("dummy")
        assert bay.feed.load.volts() == 0.0

    on_clock(story)
