"""The carrier does not accept the SIM any more, or not yet."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import ClassVar, Literal, Self

from harness.model.cast import Cast
from harness.model.network import Subscription
from harness.model.trace import Observation


@dataclass(frozen=True, slots=True)
class SimExpired:
    """End the subscription; cleared by its renewal, which takes effect on the next registration.

    Attributes:
        state: ``expired``, or ``not_activated`` for a new SIM.
    """

    NEEDS: ClassVar[tuple[type, ...]] = (Subscription,)
    state: Literal["expired", "not_activated"] = "expired"

    @contextmanager
    def inject(self, cast: Cast) -> Iterator[Self]:
        carrier = cast.playing(Subscription)
        carrier.set_subscription(self.state)
        try:
            yield self
        finally:
            carrier.set_subscription("active")

    def took_effect(self, seen: Observation) -> bool:
        """The network denies the modem, or drops its packets: a changed record alone is nothing."""
        denied = seen.source == "modem" and seen.kind == "registration" and seen.get("stat") == 3
        dropped = seen.source == "network" and seen.kind == "dropped"
        return denied or (dropped and seen.get("why") == "expired")
