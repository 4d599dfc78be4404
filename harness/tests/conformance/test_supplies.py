"""Every supply driver against its own instrument's character, by the public conformance kit."""

import random
from collections.abc import Callable

import pytest

from harness.clock import CooperativeClock
from harness.files import fixture, read_plain
from harness.model.rig import Limits
from harness.model.units import Amps, Volts
from harness.ports.base import Port
from harness.ports.memory import pair
from harness.sim.rail import Rail
from harness.sim.supplies.make import make_supply, models
from harness.testing.conformance import CHECKS, Bench, Skipped
from harness.tests.supplies import driver_of

LIMITS = Limits(voltage=Volts(6), current=Amps(2))


def bench_of(clock: CooperativeClock, model: str) -> Bench:
    """A model on a bench of its own, its output on a rail without a load."""
    personality = read_plain(fixture("supply", model, "personality.yaml"))
    supply = make_supply(clock, model, rng=random.Random(1), rails={1: Rail(clock)})

    def connect() -> Port:
        ours, theirs = pair(clock, f"sim://{model}")
        supply.outlets["scpi"](theirs)
        return ours

    rated = float(personality["channels"][1]["volts"])
    return Bench(
        driver_of(personality["language"]),
        connect,
        limits=LIMITS,
        nominal=Volts(5),
        beyond=Volts(round(1.5 * rated, 1)),
    )


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("model", models())
def test_conformance(model: str, check: Callable[[Bench], None]) -> None:
    """The driver keeps what the harness relies on."""
    clock = CooperativeClock()

    def main() -> None:
        bench = bench_of(clock, model)
        try:
            check(bench)
        except Skipped as why:
            pytest.skip(str(why))
        bench.driver.make_safe()

    clock.run(main)
