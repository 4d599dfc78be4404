"""After a brown-out the terminal stays off until somebody presses its button.

Breaks P-2: it recovers by itself (IEC 61000-4-29, criterion b).
"""

from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """A power latch that a dip releases."""

    class Latched(base):  # type: ignore[valid-type, misc]
        def run(self) -> None:
            if self.reason == "brownout":
                self.clock.sleep(float("1e9"))
            super().run()

    return Latched
