"""A card is held too far from the antenna: it answers, and has not the power to work (K-6).

``strength`` is a setting of the bench, found once for each terminal.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import ClassVar, Self

from harness.model.cast import Cast
from harness.model.roles import Contactless
from harness.model.trace import Observation
from harness.model.units import Fraction


@dataclass(frozen=True, slots=True)
class FieldWeak:
    """Until it is cleared, cards are coupled to the antenna by ``strength`` only."""

    NEEDS: ClassVar[tuple[type, ...]] = (Contactless,)
    strength: Fraction = Fraction(0.45)

    def __post_init__(self) -> None:
        if not 0 <= self.strength < 1:
            raise ValueError(f"a strength of {float(self.strength):g}; wanted 0 % to below 100 %")

    @contextmanager
    def inject(self, cast: Cast) -> Iterator[Self]:
        field = cast.playing(Contactless)
        try:
            field.set_field(float(self.strength))
            yield self
        finally:
            field.set_field(1.0)

    def took_effect(self, seen: Observation) -> bool:
        """A card was held so."""
        tapped = seen.source == "reader" and seen.kind == "card_tapped"
        return tapped and float(seen.get("strength") or 1.0) <= float(self.strength)
