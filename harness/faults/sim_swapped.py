"""Another SIM takes the place of the terminal's own."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import ClassVar, Self

from harness.errors import BenchError
from harness.faults._sims import is_out, verify, watched
from harness.model.cast import Cast
from harness.model.cellular import SimCard
from harness.model.trace import Observation
from harness.model.units import Seconds


@dataclass(frozen=True)
class SimSwapped:
    """Swap the SIM; cleared, the one that was in before is in again.

    Attributes:
        to: The slot of the other one, as the rig file names it.
        lasting: For how long; until it is cleared where it is not given.
    """

    SHORT: ClassVar[str] = "to"
    NEEDS: ClassVar[tuple[type, ...]] = (SimCard,)
    #: Not a key: whether a modem of this rig tells what it has.
    _watched: ClassVar[bool] = True

    to: str
    lasting: Seconds | None = None

    @contextmanager
    def inject(self, cast: Cast) -> Iterator[Self]:
        card = cast.playing(SimCard)
        before = card.selected()
        if before == self.to:
            raise BenchError(f"SIM {self.to!r} is in already: that is no swap")
        object.__setattr__(self, "_watched", watched(cast))
        try:
            card.select(self.to)
            yield self
        finally:
            card.select(before)

    def play(self, cast: Cast) -> None:
        """Have the modem say that it has the card which the rig file names for the slot."""
        verify(cast, self.to)

    def took_effect(self, seen: Observation) -> bool:
        """The modem missed the old one on the way; without a modem, the switch read it back."""
        if self._watched:
            return is_out(seen)
        return (seen.source, seen.kind, seen.get("slot")) == ("sim_card", "selected", self.to)
