"""The network turns good subscribers away: too many others are there, or its core is ill.

The terminal's SIM, its plan and its settings are as they should be; nothing but time helps.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import ClassVar, Literal, Self

from harness.faults._profiles import check, refusal
from harness.model.cast import Cast
from harness.model.means import Means
from harness.model.network import Congestible
from harness.model.trace import Observation

CROWDED = 22  # EMM cause congestion (TS 24.301, annex A)


@dataclass(frozen=True, slots=True)
class NetworkCongested:
    """Refuse registration, or a bearer, to everybody; cleared, there is room again.

    Attributes:
        what: ``attach``: detached and not registered again (EMM 22); ``bearer``: registered, and no
            bearer is granted (ESM 26). One that there is gets released.
    """

    NEEDS: ClassVar[tuple[type, ...]] = (Congestible,)
    SHORT: ClassVar[str] = "what"
    what: Literal["attach", "bearer"] = "attach"

    def refusal(self, means: Means) -> str:
        """Why this rig cannot do it, or ``""``."""
        return refusal(("congestion",), means.lacks)

    @contextmanager
    def inject(self, cast: Cast) -> Iterator[Self]:
        network = cast.playing(Congestible)
        check(network, ("congestion",))
        network.set_congestion(self.what)
        try:
            yield self
        finally:
            network.set_congestion("nothing")

    def took_effect(self, seen: Observation) -> bool:
        """The modem met it: an attach was refused for it, or its bearer is gone."""
        if seen.source != "modem":
            return False
        if self.what == "attach":
            return seen.kind == "registration" and seen.get("cause") == CROWDED
        return seen.kind == "bearer" and seen.get("up") is False
