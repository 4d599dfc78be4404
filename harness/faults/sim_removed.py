"""The SIM is pulled, whatever the terminal is doing with it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import ClassVar, Self

from harness.errors import BenchError
from harness.faults._sims import ask, is_out, watched
from harness.model.cast import Cast
from harness.model.cellular import SimCard
from harness.model.trace import Observation
from harness.model.units import Seconds


@dataclass(frozen=True)
class SimRemoved:
    """Take the SIM out; cleared, the same one is in again.

    Attributes:
        lasting: For how long; until it is cleared where it is not given.
    """

    NEEDS: ClassVar[tuple[type, ...]] = (SimCard,)
    #: Not a key: whether a modem of this rig tells what it has.
    _watched: ClassVar[bool] = True

    lasting: Seconds | None = None

    @contextmanager
    def inject(self, cast: Cast) -> Iterator[Self]:
        card = cast.playing(SimCard)
        before = card.selected()
        if before is None:
            raise BenchError("no SIM is in: none can be taken out")
        object.__setattr__(self, "_watched", watched(cast))
        try:
            card.select(None)
            yield self
        finally:
            card.select(before)

    def play(self, cast: Cast) -> None:
        """Have the modem asked, where there is one."""
        if self._watched:
            ask(cast)

    def took_effect(self, seen: Observation) -> bool:
        """The modem misses it; where there is no modem to ask, the switch read back that it is out.

        The terminal's own words are no evidence: they are what is judged.
        """
        if self._watched:
            return is_out(seen)
        return (seen.source, seen.kind, seen.get("slot")) == ("sim_card", "selected", None)
