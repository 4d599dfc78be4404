"""Another card than the cardholder thinks: worn out, blocked, or of another maker's mind (K-4).

The presenter hands out ``card`` in place of the one that is asked for; the test deck has chips that
refuse each command with a status word (ISO/IEC 7816-4, 5.1.3), answer with what is no TLV, repeat
each byte, or never get its parity right (ISO/IEC 7816-3, 7.3).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import ClassVar, Self

from harness.model.cast import Cast
from harness.model.means import Means
from harness.model.roles import Reader, StandIn
from harness.model.trace import Observation


@dataclass(frozen=True, slots=True)
class CardInstead:
    """Until it is cleared, present ``card`` whatever card is asked for."""

    NEEDS: ClassVar[tuple[type, ...]] = (Reader, StandIn)
    card: str

    def refusal(self, means: Means) -> str:
        """Why this rig cannot do it, or ``""``."""
        short = means.falls_short(f"card {self.card}")
        return f"its presenter has no card {self.card}" if short else ""

    @contextmanager
    def inject(self, cast: Cast) -> Iterator[Self]:
        reader = cast.playing(StandIn)
        try:
            reader.stand_in(self.card)
            yield self
        finally:
            reader.stand_in(None)

    def took_effect(self, seen: Observation) -> bool:
        """It was pushed in."""
        shown = seen.source == "reader" and seen.kind == "card_inserted"
        return shown and seen.get("card") == self.card
