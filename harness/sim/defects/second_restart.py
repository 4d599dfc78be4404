"""After an outage the terminal starts, falls over its own memory, and starts again.

Breaks P-1 and P-3: one clean start after the supply is back.
"""

from harness.sim.terminal.firmware import Firmware

STARTED = "started"


def plant(base: type[Firmware]) -> type[Firmware]:
    """A firmware that needs two tries, every other time."""

    class Stumbling(base):  # type: ignore[valid-type, misc]
        def say_why_restarted(self) -> None:
            super().say_why_restarted()
            starts = self.storage.recall(STARTED) or 0
            self.storage.remember(STARTED, starts + 1)
            if starts % 2:
                self.restart("watchdog")

    return Stumbling
