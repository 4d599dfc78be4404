"""The register loses the terminal's result: it is neither taken nor acknowledged (cut point P12).

Source: ZVT PA00P015, 2.2.8: without the acknowledgement of 04 0F the terminal reverses the sale.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import ClassVar, Self

from harness.model.cast import Cast
from harness.model.means import Means
from harness.model.roles import LossyRegister
from harness.model.trace import Observation


@dataclass(frozen=True, slots=True)
class ResultLost:
    """Have results lost on their way to the register until it is cleared."""

    NEEDS: ClassVar[tuple[type, ...]] = (LossyRegister,)

    def refusal(self, means: Means) -> str:
        """Where it comes to something else by the protocol."""
        return means.lacks.get("unacknowledged", "")

    @contextmanager
    def inject(self, cast: Cast) -> Iterator[Self]:
        register = cast.playing(LossyRegister)
        try:
            register.lose_results(on=True)
            yield self
        finally:
            register.lose_results(on=False)

    def took_effect(self, seen: Observation) -> bool:
        """A result was really lost."""
        return seen.kind == "acknowledgement_withheld"
