"""The card is pushed in the wrong way round: its contacts touch nothing (K-5)."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import ClassVar, Self

from harness.model.cast import Cast
from harness.model.means import Means
from harness.model.roles import Reader, Turning
from harness.model.trace import Observation

WAY = "way backwards"


@dataclass(frozen=True, slots=True)
class CardBackwards:
    """Until it is cleared, cards go in the wrong way round."""

    NEEDS: ClassVar[tuple[type, ...]] = (Reader, Turning)

    def refusal(self, means: Means) -> str:
        """Why this rig cannot do it, or ``""``."""
        return "its presenter cannot turn cards round" if means.falls_short(WAY) else ""

    @contextmanager
    def inject(self, cast: Cast) -> Iterator[Self]:
        presenter = cast.playing(Turning)
        try:
            presenter.turn(backwards=True)
            yield self
        finally:
            presenter.turn(backwards=False)

    def took_effect(self, seen: Observation) -> bool:
        """A card went in so."""
        inserted = seen.source == "reader" and seen.kind == "card_inserted"
        return inserted and seen.get("backwards") is True
