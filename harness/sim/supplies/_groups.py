"""Groups that an output goes through by itself: a voltage, a current, and how long they stay.

Makers call it timer, arb or list. The instrument's own module says when it starts and what its end
does to the output.
"""

from collections import deque
from collections.abc import Callable, Sequence

from harness.clock import Clock, Timer
from harness.sim.supplies.channel import Channel

Row = tuple[float, float, float]  # V, A, s


class Groups:
    """One channel's. While they run they set the channel's levels.

    Attributes:
        running: Started and not at the end; also while paused.
    """

    def __init__(self, clock: Clock, channel: Channel, ended: Callable[[], None]) -> None:
        """Make them; ``ended`` is called after the last group's time."""
        self._clock, self._channel, self._ended = clock, channel, ended
        self._rows: list[Row] = []
        self._left: deque[Row] = deque()
        self._rounds, self._rest = 0.0, 0.0
        self._timer: Timer | None = None
        self.running = False

    def start(self, rows: Sequence[Row], rounds: float = 1.0) -> None:
        """Go through the rows from the first, ``rounds`` times; groups without time are skipped."""
        self.stop()
        self._rows = [row for row in rows if row[2] > 0]
        self._left, self._rounds = deque(self._rows), rounds
        self.running = True
        self._next()

    def stop(self) -> None:
        """Forget them; the levels stay as they are."""
        self.pause()
        self.running, self._rest = False, 0.0

    def pause(self) -> None:
        """Stop the countdown of the present group."""
        if self._timer is not None:
            self._timer.cancel()
            self._rest = self._timer.when - self._clock.now()
            self._timer = None

    def resume(self) -> None:
        """Go on with the countdown where it was."""
        if self.running and self._timer is None:
            self._wait(self._rest)

    def _next(self) -> None:
        if not self._left and self._rounds > 1 and self._rows:
            self._rounds -= 1
            self._left = deque(self._rows)
        if not self._left:
            self.running, self._timer = False, None
            self._ended()
            return
        volts, amps, stay = self._left.popleft()
        self._wait(stay)
        self._channel.set_level(volts=volts, amps=amps)

    def _wait(self, seconds: float) -> None:
        self._timer = self._clock.call_at(self._clock.now() + seconds, self._next)
