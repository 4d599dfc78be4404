"""The chip does not answer: worn or dirty contacts, a dead chip.

The card's I/O contact is cut, so a good card becomes mute, also in the middle of a sale.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import ClassVar, Self

from harness.model.cast import Cast
from harness.model.means import Means
from harness.model.roles import Reader
from harness.model.trace import Observation
from harness.model.units import Seconds


@dataclass(frozen=True, slots=True)
class CardMute:
    """Cut ``contact`` for ``lasting``, or until cleared.

    Attributes:
        contact: ``vcc``, ``rst``, ``clk``, ``io`` or ``detect``.
        lasting: For how long; until it is cleared where left out.
    """

    NEEDS: ClassVar[tuple[type, ...]] = (Reader,)
    contact: str = "io"
    lasting: Seconds | None = None

    def refusal(self, means: Means) -> str:
        """Why this rig cannot do it, or ``""``."""
        short = means.falls_short(f"contact {self.contact}")
        return f"its presenter does not cut {self.contact}" if short else ""

    @contextmanager
    def inject(self, cast: Cast) -> Iterator[Self]:
        reader = cast.playing(Reader)
        try:
            reader.cut_contact(self.contact, cut=True)
            yield self
        finally:
            reader.cut_contact(self.contact, cut=False)

    def took_effect(self, seen: Observation) -> bool:
        cut = seen.source == "reader" and seen.kind == "contact" and seen.get("cut") is True
        return cut and seen.get("contact") == self.contact
