"""The terminal's feed: one rail while the contacts are closed, two once one is open."""

from collections.abc import Callable

import pytest

from harness.clock import CooperativeClock
from harness.sim.feed import BLEED, CAPACITOR, DEAD_SHORT, Feed


def on_clock(story: Callable[[CooperativeClock, Feed, list[float]], None]) -> None:
    """A feed whose terminal draws what ``amps[0]`` says, in virtual time."""
    clock = CooperativeClock()
    amps = [0.2]
    clock.run(lambda: story(clock, Feed(clock, lambda: amps[0], lambda: None), amps))


def test_without_a_contact_the_terminal_has_the_supplys_voltage_at_every_instant() -> None:
    """Also in the middle of a slope."""

    def story(clock: CooperativeClock, feed: Feed, _: list[float]) -> None:
        for volts, within, wait in ((5.0, 0.1, 0.03), (3.0, 0.2, 0.05), (0.0, 0.0, 0.01)):
            feed.source.go_to(volts, within)
            for _step in range(10):
                assert feed.load.volts() == feed.source.volts()
                clock.sleep(wait / 10)

    on_clock(story)


def test_an_open_line_falls_by_the_terminals_own_capacitor() -> None:
    """With a steady load by I/C; the supply keeps its voltage and gives nothing."""

    def story(clock: CooperativeClock, feed: Feed, amps: list[float]) -> None:
        feed.source.go_to(5.0)
        assert feed.amps() == amps[0]
        feed.put_contact("one", closed=False)
        clock.sleep(0.001)
        assert feed.load.volts() == pytest.approx(5.0 - 0.2 / CAPACITOR * 0.001, abs=0.01)
        assert feed.source.volts() == 5.0
        assert feed.amps() == 0.0
        clock.sleep(0.01)
        assert feed.load.volts() == 0.0

    on_clock(story)


def test_with_no_load_a_voltage_stays_for_long() -> None:
    """Half-discharged capacitors are what a short cut meets."""

    def story(clock: CooperativeClock, feed: Feed, amps: list[float]) -> None:
        amps[0] = 0.0
        feed.source.go_to(5.0)
        feed.put_contact("one", closed=False)
        clock.sleep(0.1)
        assert feed.load.volts() == pytest.approx(5 - BLEED / CAPACITOR * 0.1, abs=0.01)
        clock.sleep(1)
        assert feed.load.volts() == 0.0

    on_clock(story)


def test_a_closed_line_takes_up_the_slope_under_way() -> None:
    """The supply moved while the line was open; the terminal joins it where it is."""

    def story(clock: CooperativeClock, feed: Feed, _: list[float]) -> None:
        feed.put_contact("one", closed=False)
        feed.source.go_to(5.0, 1.0)
        clock.sleep(0.5)
        assert feed.load.volts() == 0.0
        feed.put_contact("one", closed=True)
        clock.sleep(0.1)
        assert feed.load.volts() == pytest.approx(feed.source.volts(), abs=1e-3)
        clock.sleep(0.2)
        assert feed.load.volts() == pytest.approx(4.0, abs=1e-3)
        clock.sleep(1)
        assert feed.load.volts() == 5.0

    on_clock(story)


def test_contacts_are_in_series() -> None:
    """The terminal has power only while all are closed."""

    def story(clock: CooperativeClock, feed: Feed, _: list[float]) -> None:
        feed.source.go_to(5.0)
        feed.put_contact("one", closed=False)
        feed.put_contact("two", closed=False)
        clock.sleep(0.1)
        feed.put_contact("one", closed=True)
        clock.sleep(0.1)
        assert feed.load.volts() == 0.0
        feed.put_contact("two", closed=True)
        clock.sleep(0.1)
        assert feed.load.volts() == 5.0

    on_clock(story)


def test_a_short_empties_the_terminal_at_once_and_drags_a_closed_supply_along() -> None:
    """Low impedance: no capacitor carries it."""

    def story(clock: CooperativeClock, feed: Feed, _: list[float]) -> None:
        feed.source.go_to(5.0)
        feed.put_contact("one", closed=False)
        feed.put_short("one", on=True)
        clock.sleep(1e-4)
        assert feed.load.volts() == 0.0
        feed.put_contact("one", closed=True)
        assert feed.amps() == DEAD_SHORT
        feed.source.go_to(4.0)
        assert feed.load.volts() == 0.0
        feed.put_short("one", on=False)
        clock.sleep(1e-3)
        assert feed.load.volts() == 4.0

    on_clock(story)
