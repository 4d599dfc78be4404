"""The radio signal is gone."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import ClassVar, Self

from harness.faults._signal import is_gone, switch
from harness.model.cast import Cast
from harness.model.trace import Observation
from harness.model.units import Seconds


@dataclass(frozen=True, slots=True)
class SignalLost:
    """Take the signal away: attenuator to its maximum, else flight mode, else a network outage.

    Attributes:
        lasting: For how long; until it is cleared where it is not given.
    """

    NEEDS: ClassVar[tuple[type, ...]] = ()  # one of three roles will do; see faults/_signal.py
    lasting: Seconds | None = None

    @contextmanager
    def inject(self, cast: Cast) -> Iterator[Self]:
        set_gone = switch(cast)
        try:
            set_gone(True)
            yield self
        finally:
            set_gone(False)

    def took_effect(self, seen: Observation) -> bool:
        """The modem says so, or a packet was lost to it."""
        return is_gone(seen)
