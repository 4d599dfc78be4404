"""What happens to a link at which time: outage traces and changing cells, recorded or made up."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from harness.clock import Clock, Timer

#: When, s from the beginning, and what changes then.
Row = tuple[float, Mapping[str, Any]]


class Timeline:
    """Plays rows; a new one takes the place of the old."""

    def __init__(self, clock: Clock, act: Callable[[Mapping[str, Any]], None]) -> None:
        self._clock, self._act = clock, act
        self._timers: list[Timer] = []

    def follow(self, rows: Sequence[Row], every: float | None = None) -> None:
        """Begin now; again every ``every`` seconds where that is given."""
        self.stop()
        if rows:
            self._play(rows, every, self._clock.now())

    def stop(self) -> None:
        """What has been changed stays as it is."""
        for timer in self._timers:
            timer.cancel()
        self._timers.clear()

    def _play(self, rows: Sequence[Row], every: float | None, start: float) -> None:
        self._timers = [
            self._clock.call_at(start + when, partial(self._act, changes)) for when, changes in rows
        ]
        if every is not None:
            again = partial(self._play, rows, every, start + every)
            self._timers.append(self._clock.call_at(start + every, again))
