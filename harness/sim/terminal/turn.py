"""One at a time: the firmware's mutual exclusion."""

from collections.abc import Iterator
from contextlib import contextmanager

from harness.clock import Clock


class Turn:
    """A thing only one task may use at a time.

    Attributes:
        held: Whether somebody uses it now.
    """

    def __init__(self, clock: Clock, name: str) -> None:
        self._free = clock.signal(name)
        self.held = False

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Wait for the turn, and hold it inside the block."""
        self._free.wait_for(lambda: not self.held)
        self.held = True
        try:
            yield
        finally:
            self.held = False
            self._free.notify()
