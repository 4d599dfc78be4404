"""Waiting in real time on a machine that stalls: for what happens, and with patience."""

from collections.abc import Callable

from harness.clock import ThreadClock

LIMIT = 30.0  # s: when a wait for something that does happen is given up
NAP = 0.005  # s between two looks


def soon(true: Callable[[], object], within: float = LIMIT) -> None:
    """Wait until it is true; a failure when that takes longer than ``within``, s."""
    clock = ThreadClock()
    while not true():
        assert clock.now() < within, f"not within {within:g} s"
        clock.sleep(NAP)
