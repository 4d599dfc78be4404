"""The terminal's modem restarts by itself, as after a crash of its firmware or a brown-out."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import ClassVar, Self

from harness.model.cast import Cast
from harness.model.cellular import Restartable
from harness.model.trace import Observation
from harness.model.units import Seconds


@dataclass(frozen=True, slots=True)
class ModemReset:
    """Restart the modem by command; over when it answers again, wherever its port came back.

    Attributes:
        at_most: A modem that is not back by then is broken: the longest that it may take.
    """

    NEEDS: ClassVar[tuple[type, ...]] = (Restartable,)
    ENDS_ITSELF: ClassVar[bool] = True
    at_most: Seconds = Seconds(180)

    def __post_init__(self) -> None:
        if not self.at_most > 0:
            raise ValueError("at_most: wanted above 0 s; a modem takes some to start")

    @contextmanager
    def inject(self, cast: Cast) -> Iterator[Self]:
        yield self

    def play(self, cast: Cast) -> None:
        """Restart it, in the middle of whatever the terminal does."""
        cast.playing(Restartable).reset()

    def took_effect(self, seen: Observation) -> bool:
        """It was gone for a while."""
        return (seen.source, seen.kind) == ("modem", "silent")
