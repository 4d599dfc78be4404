"""The link breaks off in the middle of an update's download."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import ClassVar, Self

from harness.faults._profiles import refusal
from harness.model.cast import Cast
from harness.model.means import Means
from harness.model.network import Network
from harness.model.trace import Observation
from harness.model.units import Seconds


@dataclass(frozen=True, slots=True)
class UpdateLinkLost:
    """Let no packet pass, either way, and tell nobody.

    Attributes:
        lasting: For how long; until it is cleared where it is not given.
    """

    NEEDS: ClassVar[tuple[type, ...]] = (Network,)
    lasting: Seconds | None = None

    def refusal(self, means: Means) -> str:
        """Why this rig cannot do it; ``""`` where it can."""
        return refusal(["outage"], means.lacks)

    @contextmanager
    def inject(self, cast: Cast) -> Iterator[Self]:
        network = cast.playing(Network)
        try:
            network.set_outage(on=True)
            yield self
        finally:
            network.set_outage(on=False)

    def took_effect(self, seen: Observation) -> bool:
        """A packet was lost to it; an outage that nobody runs into proves nothing."""
        return (seen.source, seen.kind, seen.get("why")) == ("network", "dropped", "outage")
