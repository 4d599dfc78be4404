"""The cardholder takes the card away before the terminal is done with it (K-6).

Pulled out of the field at once; without a card in the field nothing happens. What is tapped later
is held as ever.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import ClassVar, Self

from harness.model.cast import Cast
from harness.model.roles import Contactless
from harness.model.trace import Observation


@dataclass(frozen=True, slots=True)
class FieldLost:
    """Take every card out of the field, now."""

    NEEDS: ClassVar[tuple[type, ...]] = (Contactless,)

    @contextmanager
    def inject(self, cast: Cast) -> Iterator[Self]:
        cast.playing(Contactless).leave()
        yield self

    def took_effect(self, seen: Observation) -> bool:
        """One was in it, and is not any more."""
        return seen.source == "reader" and seen.kind == "card_removed"
