"""A simulated modem by its model."""

import random

from harness.clock import Clock
from harness.links.link import Link
from harness.sim.internet import Internet
from harness.sim.modems.models import personality_of
from harness.sim.modems.modem import Modem
from harness.sim.radio import Radio
from harness.sim.sim_tray import SimTray


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
