"""Whose turn it is on a line that two threads hold: a question and its answer stay together.

Two threads on one pyvisa session got 501 wrong answers out of 600, and no exception (pyvisa #726).
A bench has one owner per device; this is for the day on which somebody forgets.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from harness.clock import Clock
from harness.errors import PortError

QUIET = 0.5  # s without a call: a thread that wrote and never reads has had its turn
NAP = 0.002  # s between two looks at a turn that is another's


class Turn:
    """From a thread's write until its answer has been read, the line is that thread's."""

    def __init__(self, clock: Clock, address: str) -> None:
        self._clock, self._address = clock, address
        self._mutex = threading.Lock()
        self._holder: threading.Thread | None = None
        self._queue: list[object] = []  # who waits, first come first served
        self._inside = 0  # calls of the holder that are under way
        self._over = True  # whether the turn ends with the call
        self._since = 0.0  # when the last of them ended

    @contextmanager
    def taken(self, until: float, *, over: bool | None = None) -> Iterator[None]:
        """Hold the turn during a call and, unless ``over``, after it.

        Args:
            until: How long to wait for another thread's turn to end.
            over: Whether the answer is here, or given up, when this call ends; None leaves a turn
                that was begun before as it was.

        Raises:
            PortError: Another thread still had it at the time ``until``.
        """
        me = object()
        self._queue.append(me)
        try:
            while not self._take(me, over=over):
                if self._clock.now() >= until:
                    raise PortError(
                        f"{self._address}: two threads talk with it at once; a device has one "
                        "owner. What was asked here was not sent"
                    )
                self._clock.sleep(NAP)
        finally:
            self._queue.remove(me)
        try:
            yield
        finally:
            with self._mutex:
                self._inside -= 1
                self._since = self._clock.now()
                if self._over and not self._inside:
                    self._holder = None

    def stay(self) -> None:
        """Within a call: the answer is not whole yet."""
        self._over = False

    def is_anothers(self) -> bool:
        """Whether a call would have to wait."""
        holder = self._holder
        if holder is None or holder is threading.current_thread() or not holder.is_alive():
            return False
        return bool(self._inside) or self._clock.now() - self._since < QUIET

    def _take(self, me: object, *, over: bool | None) -> bool:
        with self._mutex:
            mine = self._holder is threading.current_thread()
            if self.is_anothers() or not (mine or self._queue[0] is me):
                return False
            if not mine:
                self._holder, self._inside, self._over = threading.current_thread(), 0, True
            self._inside += 1
            self._over = self._over if over is None else over
            return True
