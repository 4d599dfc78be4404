"""A card is in the slot where none should be: forgotten, or there before the start (K-5).

Cleared, it is taken out again.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import ClassVar, Self

from harness.model.cast import Cast
from harness.model.roles import Reader
from harness.model.trace import Observation


@dataclass(frozen=True, slots=True)
class CardLeftIn:
    """Push ``card`` in, and leave it there until it is cleared."""

    NEEDS: ClassVar[tuple[type, ...]] = (Reader,)
    card: str = "chip"

    @contextmanager
    def inject(self, cast: Cast) -> Iterator[Self]:
        reader = cast.playing(Reader)
        try:
            reader.insert(self.card)
            yield self
        finally:
            reader.remove()

    def took_effect(self, seen: Observation) -> bool:
        """It is in the slot."""
        inserted = seen.source == "reader" and seen.kind == "card_inserted"
        return inserted and seen.get("card") == self.card
