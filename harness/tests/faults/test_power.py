"""The power faults, on the driver of the simulated supply."""

import random
from collections.abc import Callable
from typing import Any

import pytest

from harness.clock import CooperativeClock
from harness.drivers.keysight_e36300 import Driver
from harness.errors import NotSupported
from harness.faults.power_cut import PowerCut
from harness.faults.power_dip import PowerDip
from harness.faults.power_ramp import PowerRamp
from harness.files import fixture, read_plain
from harness.model.cast import Cast
from harness.model.trace import Observation
from harness.model.units import Fraction, Seconds, Volts
from harness.ports.memory import pair
from harness.sim.rail import Rail
from harness.sim.supplies.instrument import Supply

PERSONALITY = read_plain(fixture("supply", "e36313a", "personality.yaml"))
NOMINAL = Volts(9)


class HostTimed:
    """A supply with nothing but the role Supply: the driver, its list hidden."""

    def __init__(self, driver: Driver) -> None:
        self.set_output, self.output = driver.set_output, driver.output
        self.set_voltage, self.set_current_limit = driver.set_voltage, driver.set_current_limit
        self.measure_voltage = driver.measure_voltage
        self.measure_current = driver.measure_current


class Bench:
    """A terminal's supply at nominal voltage, and what is seen of it."""

    def __init__(self, clock: CooperativeClock, *, host_timed: bool = False) -> None:
        self.clock, self.rail = clock, Rail(clock)
        supply = Supply(
            clock,
            PERSONALITY,
            rng=random.Random(1),
            rails={2: self.rail},
            load=lambda _: 0.3 if self.rail.volts() > 1 else 0.0,
        )
        ours, theirs = pair(clock, "supply")
        supply.outlets["scpi"](theirs)
        self.driver = Driver(ours, channel=2)
        self.seen: list[Observation] = []
        self.driver.observe = self._take
        player: Any = HostTimed(self.driver) if host_timed else self.driver
        self.cast = Cast({"supply": player}, NOMINAL, clock.sleep, now=clock.now)
        self.driver.set_voltage(NOMINAL)
        self.driver.set_output(on=True)
        clock.sleep(1)

    def _take(self, kind: str, /, *, t: float | None = None, **fields: Any) -> None:
        n = len(self.seen) + 1
        self.seen.append(Observation(n, t or self.clock.now(), "supply", kind, fields))

    def hold(self, fault: Any) -> bool:
        """Inject, hold it as long as it lasts, clear; whether the effect was seen meanwhile."""
        began = len(self.seen)
        with fault.inject(self.cast):
            player = self.clock.spawn("play", lambda: fault.play(self.cast))
            if getattr(fault, "ENDS_ITSELF", False):
                assert player.join(self.clock.now() + fault.at_most)
            else:
                self.clock.sleep(fault.lasting)
            player.kill()
            player.join()
        self.clock.sleep(1)
        return any(fault.took_effect(row) for row in self.seen[began:])

    def time_below(self, level: float) -> list[float]:
        """A list that fills with (fell, rose) times of this level."""
        times: list[float] = []
        note = lambda: times.append(self.clock.now())  # noqa: E731
        self.rail.watch(level, above=note, below=note)
        return times


def on_bench(story: Callable[[Bench], None], *, host_timed: bool = False) -> None:
    """Run a story in virtual time."""
    clock = CooperativeClock()
    clock.run(lambda: story(Bench(clock, host_timed=host_timed)))


def test_a_cut_switches_off_and_on_again() -> None:
    """The voltage is gone for as long as asked, and was measured to be."""

    def story(bench: Bench) -> None:
        times = bench.time_below(0.5)
        assert bench.hold(PowerCut(Seconds(2)))
        assert times[1] - times[0] == pytest.approx(2, abs=0.1)
        assert bench.rail.volts() == pytest.approx(NOMINAL)

    on_bench(story)


def test_a_cut_too_short_for_the_supply_to_fall_shows_no_effect() -> None:
    """Honesty: an output that never fell was not cut."""

    def story(bench: Bench) -> None:
        assert not bench.hold(PowerCut(Seconds(0.01)))

    on_bench(story)


def test_a_cut_ends_even_when_the_step_inside_it_fails() -> None:
    """The output is back on after an error inside the fault."""

    def story(bench: Bench) -> None:
        with pytest.raises(ZeroDivisionError), PowerCut().inject(bench.cast):
            raise ZeroDivisionError
        assert bench.driver.output()

    on_bench(story)


@pytest.mark.parametrize("to", [Volts(4.5), Fraction(0.5)])
@pytest.mark.parametrize("lasting", [0.03, 0.1, 0.5, 2.0])
def test_a_dip_goes_to_its_level_for_its_time(to: Any, lasting: float) -> None:
    """Volts or per cent of nominal, by the list or by the host."""

    def story(bench: Bench) -> None:
        times = bench.time_below(8.9)
        assert bench.hold(PowerDip(to, Seconds(lasting)))
        slope = 0.009  # s from 4.5 V up to nominal: the supply's own rise time
        exact = 0.001 if lasting < 0.3 else 0.03
        assert times[1] - times[0] == pytest.approx(lasting + slope, abs=exact)
        assert bench.rail.volts() == pytest.approx(NOMINAL)
        assert bench.driver.measure_voltage() == pytest.approx(NOMINAL, abs=0.01)

    on_bench(story)


def test_a_dip_ends_even_when_the_step_inside_it_fails() -> None:
    """The supply is back at nominal, its list stopped, after an error inside the fault."""

    def story(bench: Bench) -> None:
        for lasting in (0.2, 20.0):
            fault = PowerDip(Volts(3), Seconds(lasting))
            with pytest.raises(ZeroDivisionError), fault.inject(bench.cast):
                raise ZeroDivisionError
            bench.clock.sleep(1)
            assert bench.rail.volts() == pytest.approx(NOMINAL)

    on_bench(story)


@pytest.mark.parametrize(("host_timed", "lasting"), [(False, 0.005), (True, 0.03)])
def test_a_dip_nobody_can_make_is_refused_with_the_reason(host_timed: bool, lasting: float) -> None:
    """A supply without a list makes no 30 ms dip, one with a 10 ms list no 5 ms dip."""

    def story(bench: Bench) -> None:
        fault = PowerDip(Volts(3), Seconds(lasting))
        with pytest.raises(NotSupported, match="needs a"), fault.inject(bench.cast):
            pass
        assert bench.rail.volts() == pytest.approx(NOMINAL)

    on_bench(story, host_timed=host_timed)


def test_a_supply_without_a_list_dips_by_the_hosts_clock() -> None:
    """100 ms by hand."""

    def story(bench: Bench) -> None:
        assert bench.hold(PowerDip(Volts(4.5), Seconds(0.1)))

    on_bench(story, host_timed=True)


def test_a_reading_at_nominal_is_no_evidence_of_a_shallow_dip() -> None:
    """A dip to 97 % is not proven by a reading of 100 %; nor is anything before the injection."""

    def reading(volts: Any, source: str = "supply") -> Observation:
        return Observation(1, 0.0, source, "measured", {"volts": volts})

    def story(bench: Bench) -> None:
        fault = PowerDip(Fraction(0.97), Seconds(5))
        assert not fault.took_effect(reading(0.0))
        with fault.inject(bench.cast):
            assert not fault.took_effect(reading(9.0))
            assert not fault.took_effect(reading(8.9))
            assert not fault.took_effect(reading(8.73, source="terminal"))
            assert not fault.took_effect(reading(None))
            assert not fault.took_effect(Observation(1, 0.0, "supply", "output", {"on": False}))
            assert fault.took_effect(reading(8.73))

    on_bench(story)


@pytest.mark.parametrize("host_timed", [False, True])
def test_a_ramp_creeps_down_and_up(host_timed: bool) -> None:
    """No step is larger than 25 mV, the level is reached, and it ends at nominal on time."""

    def story(bench: Bench) -> None:
        low, times = bench.time_below(4.6), bench.time_below(8.9)
        fault = PowerRamp(Fraction(0.5), down=Seconds(20), up=Seconds(20), hold=Seconds(2))
        assert bench.hold(fault)
        assert low[1] - low[0] == pytest.approx(2 + 2 * 20 * 0.1 / 4.5, abs=0.3)
        assert times[1] - times[0] == pytest.approx(42 - 2 * 20 * 0.1 / 4.5, abs=0.3)
        steps = [row["volts"] for row in bench.seen if row.kind == "set"]
        assert max(abs(a - b) for a, b in zip(steps[1:], steps[:-1], strict=True)) < 0.0251
        assert bench.rail.volts() == pytest.approx(NOMINAL)

    on_bench(story, host_timed=host_timed)


def test_a_fast_ramp_is_played_by_the_list_and_repeated() -> None:
    """Half a second down and up, three times, by the instrument."""

    def story(bench: Bench) -> None:
        times = bench.time_below(5.0)
        fault = PowerRamp(Volts(4.5), down=Seconds(0.5), up=Seconds(0.5), repeat=3)
        assert bench.hold(fault)
        assert len(times) == 6
        assert times[1] - times[0] == pytest.approx(2 * 0.5 * 0.5 / 4.5, abs=0.03)
        assert bench.rail.volts() == pytest.approx(NOMINAL)
        assert len([row for row in bench.seen if row.kind == "set"]) <= 4

    on_bench(story)
