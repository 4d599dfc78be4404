"""After some failures the line is not tried again until somebody restarts the terminal.

Breaks invariant 18: recovery needs no manual step.
"""

from harness.sim.terminal.firmware import Firmware

PATIENCE = 3  # failures in a row


def plant(base: type[Firmware]) -> type[Firmware]:
    """A line that gives up."""

    class Comms(base.Comms):  # type: ignore[name-defined, misc]
        def wait_before_retry(self) -> None:
            while self._failures >= PATIENCE:
                self._clock.sleep(3600.0)
            super().wait_before_retry()

    return base.with_parts(Comms=Comms)
