"""The register's line to the terminal is cut in mid-transaction (cut point P12 and its neighbours).

Source: ZVT PA00P015, 2.2.8 and 2.2.9: a sale stands once its result was acknowledged, and is undone
before that; PA00P016, 5.2.5: what loses its connection is broken off.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import ClassVar, Self

from harness.model.cast import Cast
from harness.model.register import CutPoint, CutRegister
from harness.model.trace import Observation


@dataclass(frozen=True, slots=True)
class RegisterLost:
    """Cut the line at the next ``card``, ``host``, ``result`` or ``end`` of a transaction."""

    NEEDS: ClassVar[tuple[type, ...]] = (CutRegister,)
    SHORT: ClassVar[str] = "at"
    at: CutPoint = "result"

    @contextmanager
    def inject(self, cast: Cast) -> Iterator[Self]:
        register = cast.playing(CutRegister)
        try:
            register.cut_line(self.at)
            yield self
        finally:
            register.cut_line(None)

    def took_effect(self, seen: Observation) -> bool:
        """The moment came, and the line went."""
        return seen.kind == "acknowledgement_withheld"
