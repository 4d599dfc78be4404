"""Each try to connect leaves 256 KiB of working memory behind.

Breaks S-6 (A3): no leak while the link flaps; signal/flapping_for_an_hour catches it.
"""

from typing import Any

from harness.sim.terminal.firmware import Firmware

LEAK = 256.0  # KiB


def plant(base: type[Firmware]) -> type[Firmware]:
    """A line that frees nothing."""

    class Comms(base.Comms):  # type: ignore[name-defined, misc]
        tries = 0

        def try_line(self) -> Any:
            self.tries += 1
            return super().try_line()

    class Health(base.Health):  # type: ignore[name-defined, misc]
        def memory(self) -> float:
            return float(super().memory() + LEAK * self._firmware.comms.tries)

    return base.with_parts(Comms=Comms, Health=Health)
