"""The carrier does not accept the SIM any more, or not yet."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import ClassVar, Literal, Self

from harness.faults._profiles import check, refusal
from harness.model.cast import Cast
from harness.model.means import Means
from harness.model.network import Subscription
from harness.model.trace import Observation

DENIED = 3  # +CEREG, registration denied (TS 27.007, 10.1.22)


@dataclass(frozen=True, slots=True)
class SimExpired:
    """End the subscription; cleared by its renewal, which takes effect on the next registration.

    Attributes:
        state: ``expired``; ``not_activated`` for a new SIM; ``suspended``: registered, and nothing
            passes; ``barred``: registered, and no bearer is granted.
    """

    NEEDS: ClassVar[tuple[type, ...]] = (Subscription,)
    SHORT: ClassVar[str] = "state"
    state: Literal["expired", "not_activated", "suspended", "barred"] = "expired"

    def refusal(self, means: Means) -> str:
        """Why this rig cannot do it; ``""`` where it can."""
        return refusal(("subscription",), means.lacks)

    @contextmanager
    def inject(self, cast: Cast) -> Iterator[Self]:
        carrier = cast.playing(Subscription)
        check(carrier, ("subscription",))
        carrier.set_subscription(self.state)
        try:
            yield self
        finally:
            carrier.set_subscription("active")

    def took_effect(self, seen: Observation) -> bool:
        """The network denies the modem, takes its bearer, or drops its packets.

        A changed record alone is nothing.
        """
        if seen.source == "modem":
            if seen.kind == "registration":
                return bool(seen.get("stat") == DENIED)
            return self.state == "barred" and seen.kind == "bearer" and seen.get("up") is False
        dropped = (seen.source, seen.kind) == ("network", "dropped")
        return dropped and seen.get("why") == self.state
