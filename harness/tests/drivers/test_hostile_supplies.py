"""Every supply's driver on every bad line: it ends, it tells, and says "safe" of no live output.

What is safe is not for the driver to say here: the simulated output itself is looked at.
"""

import random
import re
from collections.abc import Callable
from typing import Any

import pytest

from harness.clock import CooperativeClock
from harness.errors import BenchError
from harness.files import fixture, read_plain
from harness.model.power import ListMode, Protected, capability_of
from harness.model.roles import plays
from harness.model.units import Amps, Seconds, Volts
from harness.model.words import find
from harness.ports.base import Port
from harness.ports.memory import pair
from harness.sim.rail import Rail
from harness.sim.supplies.make import language_of, make_supply, models
from harness.tests.drivers.hostile_line import MANNERS, HostileLine, Manner

NOMINAL = Volts(5)
AT_MOST = 120.0  # s that one call may take


def driver_of(model: str) -> Any:
    """Its driver's module."""
    return find("harness.drivers", language_of(model), group="harness.drivers", name="Driver")


class Stage:
    """A supply that is on at 5 V, and a driver on a line that has just turned bad."""

    def __init__(self, clock: CooperativeClock, model: str, manner: Manner, *, fresh: bool) -> None:
        """``fresh``: the driver has never talked to it, as one that acts in another's stead."""
        self.clock, self.rail = clock, Rail(clock)
        rails = {1: self.rail}
        self.supply = make_supply(
            clock, model, rng=random.Random(1), rails=rails, load=lambda _: 0.1
        )
        kind = driver_of(model)
        line = HostileLine(clock, self._connect(), manner)
        first: Any = kind(line)
        first.make_safe()
        first.set_current_limit(Amps(1))
        first.set_voltage(NOMINAL)
        first.set_output(on=True)
        clock.sleep(1.0)
        assert self.rail.volts() > 4.5
        if fresh:
            line.close()
            line = HostileLine(clock, self._connect(), manner)
        self.driver: Any = kind(line) if fresh else first
        line.turn_bad()

    def _connect(self) -> Port:
        ours, theirs = pair(self.clock, "supply")
        self.supply.outlets["scpi"](theirs)
        return ours

    def attempt(self, act: Callable[[], object]) -> bool:
        """Whether it came to a good end; a bad one is a BenchError, and neither takes long."""
        began, told = self.clock.now(), ""
        try:
            act()
        except BenchError as error:
            told = str(error) or "no reason"
        assert self.clock.now() - began < AT_MOST
        assert len(told) < 2000, "nobody reads an error of that length"
        return not told

    def make_safe(self) -> None:
        """As a rig does, more than once; not one of them may be wrong about it."""
        for _ in range(2):
            if self.attempt(self.driver.make_safe):
                assert self.rail.volts() < 0.5, "it says safe, and the output is on"

    def use(self) -> None:
        """Everything else that is asked of a supply."""
        driver, able = self.driver, capability_of(self.driver)
        stay = Seconds(max(able.min_dwell, able.dwell_step, 0.2))
        acts: list[Callable[[], object]] = [
            driver.identify, driver.output, driver.measure_voltage, driver.measure_current,
            driver.poll, driver.tripped, driver.clear_errors, driver.limiting, driver.set_point,
            lambda: driver.set_voltage(Volts(4)), lambda: driver.set_current_limit(Amps(0.5)),
            lambda: driver.set_output(on=True), lambda: driver.set_output(on=False),
        ]  # fmt: skip
        if plays(driver, Protected):
            acts += [driver.clear_trip, lambda: driver.set_over_voltage(Volts(6))]
        if plays(driver, ListMode):
            acts += [lambda: driver.play([(Volts(4), stay), (Volts(3), stay)]), driver.stop]
        for act in acts:
            self.attempt(act)


def on_stage(model: str, manner: str, story: Callable[[Stage], None], *, fresh: bool) -> None:
    """Play a story in virtual time."""
    clock = CooperativeClock()
    clock.run(lambda: story(Stage(clock, model, MANNERS[manner], fresh=fresh)))


@pytest.mark.parametrize("manner", MANNERS)
@pytest.mark.parametrize("model", models())
def test_every_call_ends_and_safe_is_never_said_of_a_live_output(model: str, manner: str) -> None:
    """By a driver that has just come, and by one that knows its instrument, whatever it asks."""

    def story(stage: Stage) -> None:
        stage.use()
        stage.make_safe()

    on_stage(model, manner, Stage.make_safe, fresh=True)
    on_stage(model, manner, story, fresh=False)


@pytest.mark.parametrize("manner", ["swallows an OFF", "swallows two OFF", "twice", "with NULs"])
@pytest.mark.parametrize("model", models())
def test_what_a_bad_line_lets_through_is_off_in_the_end(model: str, manner: str) -> None:
    """An order that gets lost is said again; nothing else is wrong with such a line."""

    def story(stage: Stage) -> None:
        stage.make_safe()
        assert stage.rail.volts() < 0.5

    on_stage(model, manner, story, fresh=False)


@pytest.mark.parametrize("model", models())
def test_no_supply_passes_for_another_makers(model: str) -> None:
    """Each driver's identity fits its own instruments and none of the others."""
    identity = str(read_plain(fixture("supply", model, "personality.yaml"))["identity"])
    fits = {
        language
        for language in {language_of(one) for one in models()} - {"scpi"}
        if re.search(identity_of(language), identity)
    }
    assert fits == {language_of(model)} - {"scpi"}


def identity_of(language: str) -> str:
    """What its driver wants to hear."""
    module = __import__(f"harness.drivers.{language}", fromlist=["IDENTITY"])
    return str(module.IDENTITY)
