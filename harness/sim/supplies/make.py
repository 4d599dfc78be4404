"""A simulated supply by its model: a folder of ``fixtures/supply``."""

import random
from collections.abc import Callable, Mapping
from typing import Any

from harness.clock import Clock
from harness.files import fixture, read_plain
from harness.model.words import find
from harness.sim.rail import Rail


def models() -> list[str]:
    """The models there are."""
    return sorted(one.name for one in fixture("supply").iterdir() if one.is_dir())


def language_of(model: str) -> str:
    """The language a model speaks, which is the word of its driver."""
    return str(read_plain(fixture("supply", model, "personality.yaml"))["language"])


def make_supply(
    clock: Clock,
    model: str,
    *,
    rng: random.Random,
    rails: Mapping[int, Rail] | None = None,
    load: Callable[[int], float] | None = None,
) -> Any:
    """The instrument, all outputs off; ``outlets["scpi"]`` takes a connection, whatever it speaks.

    Args:
        clock: What it runs on; a cooperative clock.
        model: A folder of ``fixtures/supply``.
        rng: The noise of its meter.
        rails: What the outputs power, by channel.
        load: The amps drawn from a channel at present.

    Raises:
        LookupError: No such model, or nobody speaks its language.
    """
    if model not in models():
        raise LookupError(f"no supply {model!r}; known: {', '.join(models())}")
    personality = read_plain(fixture("supply", model, "personality.yaml"))
    kind = find(
        "harness.sim.supplies", personality["language"], group="harness.supplies", name="Instrument"
    )
    return kind(clock, personality, rng=rng, rails=rails, load=load)
