"""One contact of the slot is worn: it touches on most insertions, and not on others (K-9)."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import ClassVar, Literal, Self

from harness.model.cast import Cast
from harness.model.means import Means
from harness.model.roles import Intermittent, Reader
from harness.model.trace import Observation
from harness.model.units import Fraction


@dataclass(frozen=True, slots=True)
class ContactIntermittent:
    """Cut ``contact`` on a share of the insertions, which ones is up to ``seed``.

    Attributes:
        contact: Which.
        share: Of the insertions on which it does not touch.
        seed: The same seed, the same insertions.
    """

    NEEDS: ClassVar[tuple[type, ...]] = (Reader, Intermittent)
    contact: Literal["vcc", "rst", "clk", "io", "detect"] = "io"
    share: Fraction = Fraction(0.05)
    seed: int = 0

    def __post_init__(self) -> None:
        if not 0 < self.share <= 1:
            raise ValueError(f"a share of {float(self.share):g}; wanted above 0 %, at most 100 %")

    def refusal(self, means: Means) -> str:
        """Why this rig cannot do it, or ``""``."""
        short = means.falls_short(f"contact {self.contact}")
        return f"its presenter does not cut {self.contact}" if short else ""

    @contextmanager
    def inject(self, cast: Cast) -> Iterator[Self]:
        presenter = cast.playing(Intermittent)
        try:
            presenter.wear_contact(self.contact, float(self.share), seed=self.seed)
            yield self
        finally:
            presenter.wear_contact(self.contact, 0.0)

    def took_effect(self, seen: Observation) -> bool:
        """An insertion met it."""
        cut = seen.source == "reader" and seen.kind == "contact" and seen.get("cut") is True
        return cut and seen.get("contact") == self.contact
