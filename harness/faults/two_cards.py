"""Two cards are held before the antenna at once: a purse, not a card (K-6)."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import ClassVar, Self

from harness.model.cast import Cast
from harness.model.means import Means
from harness.model.roles import Contactless
from harness.model.trace import Observation


@dataclass(frozen=True, slots=True)
class TwoCards:
    """Until it is cleared, ``second`` is in the field with whichever card is tapped."""

    NEEDS: ClassVar[tuple[type, ...]] = (Contactless,)
    second: str = "other_tap"

    def refusal(self, means: Means) -> str:
        """Why this rig cannot do it, or ``""``."""
        short = means.falls_short(f"tap {self.second}")
        return f"nobody on this rig has a card {self.second} to tap" if short else ""

    @contextmanager
    def inject(self, cast: Cast) -> Iterator[Self]:
        field = cast.playing(Contactless)
        try:
            field.beside(self.second)
            yield self
        finally:
            field.beside(None)

    def took_effect(self, seen: Observation) -> bool:
        """The second one was held there as well."""
        tapped = seen.source == "reader" and seen.kind == "card_tapped"
        return tapped and seen.get("card") == self.second
