"""The simulated bench: the feed between supply and terminal, with and without switches."""

from collections.abc import Callable
from typing import Any

import pytest

from harness.clock import CooperativeClock
from harness.drivers.keysight_e36300 import Driver as Supply
from harness.drivers.pulse_switch import Driver as PulseSwitch
from harness.drivers.relay_board import Driver as RelayBoard
from harness.model.units import Seconds, Volts
from harness.sim.bench import Bench

PLAN: dict[str, Any] = {"terminal": "countertop", "channel": 2}


def on_bench(story: Callable[[CooperativeClock, Bench], None]) -> None:
    """A bench whose supply is told to give 5 V."""
    clock = CooperativeClock()

    def run() -> None:
        bench = Bench(clock, PLAN, seed=1)
        supply = Supply(bench.connect("supply"), channel=2)
        supply.set_voltage(Volts(5))
        supply.set_output(on=True)
        clock.sleep(0.5)
        story(clock, bench)

    clock.run(run)


def test_without_a_switch_the_supply_is_the_terminals_rail() -> None:
    """Nobody connected to one, so there is none in the line."""

    def story(clock: CooperativeClock, bench: Bench) -> None:
        assert bench.rail.volts() == bench.feed.source.volts() == 5.0
        clock.sleep(10)
        assert bench.terminal.running is not None

    on_bench(story)


def test_who_connects_to_a_switch_has_it_in_the_line() -> None:
    """Open at first: the terminal loses its power, the supply its load."""

    def story(clock: CooperativeClock, bench: Bench) -> None:
        clock.sleep(10)
        switch = PulseSwitch(bench.connect("switch"))
        clock.sleep(1)
        assert bench.rail.volts() == 0.0
        assert bench.terminal.running is None
        assert bench.feed.source.volts() == 5.0
        switch.set_closed(closed=True)
        clock.sleep(10)
        assert bench.terminal.running is not None

    on_bench(story)


@pytest.mark.parametrize(("lasting", "dies"), [(0.003, False), (0.5, True)])
def test_a_pulse_is_ridden_through_or_not(lasting: float, dies: bool) -> None:
    """The terminal's hold-up time decides, not the host's timing."""

    def story(clock: CooperativeClock, bench: Bench) -> None:
        switch = PulseSwitch(bench.connect("switch"))
        switch.set_closed(closed=True)
        clock.sleep(10)
        before = bench.terminal.deaths
        switch.pulse([(False, Seconds(lasting))])
        clock.sleep(2)
        assert (bench.terminal.deaths > before) is dies

    on_bench(story)


def test_two_switches_are_in_series() -> None:
    """Both must be closed."""

    def story(clock: CooperativeClock, bench: Bench) -> None:
        pulse, relay = (
            PulseSwitch(bench.connect("switch")), RelayBoard(bench.connect("switch/relay")),
        )  # fmt: skip
        pulse.set_closed(closed=True)
        clock.sleep(0.1)
        assert bench.rail.volts() == 0.0
        relay.set_closed(closed=True)
        clock.sleep(0.1)
        assert bench.rail.volts() == 5.0
        relay.make_safe()
        clock.sleep(0.1)
        assert bench.rail.volts() == 0.0

    on_bench(story)


def test_the_supply_measures_no_current_through_an_open_line() -> None:
    """Its meter tells the same as the line."""

    def story(clock: CooperativeClock, bench: Bench) -> None:
        supply = Supply(bench.connect("supply"), channel=2)
        clock.sleep(10)
        assert supply.measure_current() > 0.05
        PulseSwitch(bench.connect("switch"))
        clock.sleep(1)
        assert abs(supply.measure_current()) < 0.01

    on_bench(story)
