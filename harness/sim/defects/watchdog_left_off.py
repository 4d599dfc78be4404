"""The watchdog is never started: an application that hangs, hangs.

Breaks X-6 (C2): within 60 s it is restarted.
"""

from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """A firmware that does not trust its watchdog."""

    class Unwatched(base):  # type: ignore[valid-type, misc]
        def kick(self) -> None:
            """No dog, no bite."""

    return Unwatched
