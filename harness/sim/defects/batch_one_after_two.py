"""After two settlements the batch is number 1 again.

Breaks invariant 9 (X-5): a settled batch is read-only, and the next one has a number of its own.
"""

from harness.sim.terminal.firmware import Firmware

KNOWN = 2


def plant(base: type[Firmware]) -> type[Firmware]:
    """A counter of batches that turns over."""

    class EndOfDay(base.EndOfDay):  # type: ignore[name-defined, misc]
        _closed = 0

        def open_next(self) -> None:
            self._closed += 1
            if self._closed < KNOWN:
                super().open_next()
                return
            self._storage.open_batch(1)
            self._comms.broken()

    return base.with_parts(EndOfDay=EndOfDay)
