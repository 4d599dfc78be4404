"""The terminal's access point or user is not the one the carrier accepts."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import ClassVar, Self

from harness.faults._profiles import check, refusal
from harness.model.cast import Cast
from harness.model.means import Means
from harness.model.network import AccessPoints
from harness.model.trace import Observation


@dataclass(frozen=True, slots=True)
class AccessRefused:
    """Accept only these from now on (ESM cause 27 or 29 for all others); cleared, accept any.

    The bearer there is gets released, so that the terminal must ask for it anew. It looks as if
    somebody had changed the terminal's settings.

    Attributes:
        apn: The access point; one that no terminal has, where nothing is given.
        user: The user.
    """

    NEEDS: ClassVar[tuple[type, ...]] = (AccessPoints,)
    SHORT: ClassVar[str] = "apn"
    apn: str = ""
    user: str = ""

    def refusal(self, means: Means) -> str:
        """Why this rig cannot do it; ``""`` where it can."""
        return refusal(("access",), means.lacks)

    @contextmanager
    def inject(self, cast: Cast) -> Iterator[Self]:
        carrier = cast.playing(AccessPoints)
        check(carrier, ("access",))
        apn = self.apn if self.apn or self.user else "nobodys.apn.test"
        carrier.set_access(apn=apn, user=self.user)
        try:
            yield self
        finally:
            carrier.set_access()

    def took_effect(self, seen: Observation) -> bool:
        """The modem lost its bearer; what the carrier accepts from now on is no effect yet."""
        return (seen.source, seen.kind, seen.get("up")) == ("modem", "bearer", False)
