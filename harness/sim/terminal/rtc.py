"""The real-time clock: a counter on a capacitor, and a mark that tells when it has stood still.

There is no battery. Without a supply the capacitor carries the oscillator for a while; after that
the counter begins anew at its epoch and the oscillator-stop mark is set, as in the clock chips of
such devices. Who reads the time has to look at the mark, and a terminal takes the time from its
host then: fields 12 and 13 of an answer, which carry no year.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from harness.clock import Clock

EPOCH = datetime.fromisoformat("2000-01-01T00:00:00")  # where a stopped counter begins


class Rtc:
    """Date and time, as right as the last setting and the capacitor allow.

    Attributes:
        stopped: The oscillator-stop mark; ``set`` takes it away.
        was_set: Called with the time that it was put to.
    """

    def __init__(self, clock: Clock, *, born: datetime, reserve: float) -> None:
        """Make one that was set in the factory.

        Args:
            clock: The bench's clock.
            born: What it shows when the bench's clock says 0.
            reserve: Seconds the capacitor carries it.
        """
        self._clock = clock
        self._zero = born
        self._reserve = reserve
        self._left: float | None = None
        self.stopped = False
        self.was_set: Callable[[datetime], None] = lambda _time: None

    def now(self) -> datetime:
        """Date and time, local and without a zone, as terminals keep it."""
        return self._zero + timedelta(seconds=self._clock.now())

    def set(self, time: datetime) -> None:
        """Put it right."""
        self._zero = time - timedelta(seconds=self._clock.now())
        self.stopped = False
        self.was_set(time)

    def lose_supply(self) -> None:
        """From now on the capacitor carries it."""
        self._left = self._clock.now()

    def gain_supply(self) -> None:
        """The supply is back: in time, or too late."""
        if self._left is not None and self._clock.now() - self._left > self._reserve:
            self.set(EPOCH)
            self.stopped = True
        self._left = None


def host_time(date: str, time: str, not_before: datetime) -> datetime | None:
    """The time of an answer's fields 13 (MMDD) and 12 (hhmmss); None when they are none.

    Args:
        date: Field 13.
        time: Field 12.
        not_before: A time known to be over, up to a day: it decides about the year.
    """
    for year in range(not_before.year - 1, not_before.year + 2):
        try:
            found = datetime.fromisoformat(f"{year}{date}T{time}")
        except ValueError:
            continue  # no date at all, or the 29th of February of another year
        if found >= not_before - timedelta(days=1):
            return found
    return None
