"""A simulated modem by its model: a folder of ``fixtures/modem``."""

import random
from collections.abc import Mapping
from typing import Any

from harness.clock import Clock
from harness.files import fixture, read_plain
from harness.links.link import Link
from harness.sim.internet import Internet
from harness.sim.modems.modem import Modem
from harness.sim.radio import Radio
from harness.sim.sim_tray import SimTray


def models() -> list[str]:
    """The models there are."""
    return sorted(one.name for one in fixture("modem").iterdir() if one.is_dir())


def personality_of(model: str) -> Mapping[str, Any]:
    """What a model's folder says.

    Raises:
        LookupError: No such model.
    """
    if model not in models():
        raise LookupError(f"no modem {model!r}; known: {', '.join(models())}")
    plain: Mapping[str, Any] = read_plain(fixture("modem", model, "personality.yaml"))
    return plain


def language_of(model: str) -> str:
    """The language a model speaks, which is the word of its driver."""
    return str(personality_of(model)["language"])


def make_modem(
    clock: Clock,
    model: str,
    *,
    rng: random.Random,
    radio: Radio,
    link: Link,
    internet: Internet,
    tray: SimTray | None = None,
    powered: bool = True,
) -> Modem:
    """The modem; see ``Modem`` for the arguments. Raises LookupError for an unknown model."""
    return Modem(
        clock, personality_of(model),
        rng=rng, radio=radio, link=link, internet=internet, tray=tray, powered=powered,
    )  # fmt: skip
