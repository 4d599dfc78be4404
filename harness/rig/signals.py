"""Signals that end a run: the bench is made safe on each of them, and nothing cuts that short."""

import contextlib
import signal
import threading
from collections.abc import Callable, Iterator
from types import FrameType

from harness.clock import Clock, CooperativeClock
from harness.errors import Stuck

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
#: s between two rings of an alarm that nobody heeds.
RING_AGAIN = 5.0


class Interrupted(KeyboardInterrupt):
    """SIGTERM or SIGHUP: the bench is made safe as on Ctrl-C."""


def _unheard(_number: int, _frame: FrameType | None) -> None:
    """For the second signal; SIG_IGN would have Python complain of one that is on its way."""


@contextlib.contextmanager
def safe_signals(running: Callable[[], Clock | None] = lambda: None) -> Iterator[None]:
    """While inside, SIGTERM and SIGHUP unwind like Ctrl-C; a second signal cannot stop that.

    Args:
        running: The clock whose main task is to be interrupted. On a cooperative one a signal
            finds whichever task happens to run, perhaps in the middle of a command to a device;
            that one goes on, and the main task is told where it waits.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def unwind(number: int, _frame: FrameType | None) -> None:
        for one in _SIGNALS:
            signal.signal(one, _unheard)
        stop, clock = Interrupted(signal.Signals(number).name), running()
        if not isinstance(clock, CooperativeClock):
            raise stop
        clock.interrupt(stop)

    before = {one: signal.signal(one, unwind) for one in _SIGNALS}
    try:
        yield
    finally:
        for one, former in before.items():
            signal.signal(one, former)


@contextlib.contextmanager
def wall_limit(seconds: float) -> Iterator[None]:
    """What takes longer inside is broken off by Stuck, in whichever task runs then.

    Raised again and again, for code that catches everything. Only a main thread has alarms;
    elsewhere there is no limit.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def ring(_number: int, _frame: FrameType | None) -> None:
        raise Stuck(f"not over after {seconds:g} s of wall time")

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds, RING_AGAIN)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        signal.signal(signal.SIGALRM, before)
