"""What a kernel in real time listens to: descriptors, and who is called for each."""

import selectors
import time
from collections.abc import Callable


class Descriptors:
    """Open files and sockets that are waited for all at once.

    Args:
        precise: For few of them: epoll waits for whole milliseconds only, select(2) for
            microseconds.
    """

    def __init__(self, *, precise: bool) -> None:
        self._selector: selectors.BaseSelector = (
            selectors.SelectSelector() if precise else selectors.DefaultSelector()
        )

    def __contains__(self, descriptor: int) -> bool:
        return descriptor in self._selector.get_map()

    def listen(self, descriptor: int, act: Callable[[], None], *, writable: bool) -> None:
        """Have ``act`` called whenever the descriptor is readable, or writable."""
        wanted = selectors.EVENT_WRITE if writable else selectors.EVENT_READ
        self._selector.register(descriptor, wanted, act)

    def unlisten(self, descriptor: int) -> None:
        self._selector.unregister(descriptor)

    def wait(self, seconds: float) -> None:
        """Wait for any of them, so many seconds at most, and call whoever it is for."""
        if not self._selector.get_map():
            time.sleep(seconds)
            return
        for key, _ in self._selector.select(seconds):
            key.data()
