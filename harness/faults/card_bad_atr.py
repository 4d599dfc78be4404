"""The chip answers to reset with something that is no ATR (ISO/IEC 7816-3, 8.2).

The presenter hands out a card with a wrong ATR in place of the one that is asked for.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import ClassVar, Self

from harness.model.cast import Cast
from harness.model.roles import Reader, StandIn
from harness.model.trace import Observation


@dataclass(frozen=True, slots=True)
class CardBadAtr:
    """Until it is cleared, present ``card`` whatever card is asked for."""

    NEEDS: ClassVar[tuple[type, ...]] = (Reader, StandIn)
    card: str = "bad_atr"

    @contextmanager
    def inject(self, cast: Cast) -> Iterator[Self]:
        reader = cast.playing(StandIn)
        try:
            reader.stand_in(self.card)
            yield self
        finally:
            reader.stand_in(None)

    def took_effect(self, seen: Observation) -> bool:
        shown = seen.source == "reader" and seen.kind in ("card_inserted", "card_swiped")
        return shown and seen.get("card") == self.card
