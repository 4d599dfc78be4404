"""The register's abort is acknowledged, and the sale goes on as if nothing had been said.

Breaks ZVT PA00P015, 2.23 (O-1): what has not begun yet ends with result 6C when 06 B0 comes.
"""

from harness.sim.terminal.firmware import Firmware
from harness.wire import zvt


def plant(base: type[Firmware]) -> type[Firmware]:
    """A dialogue that is polite, and no more."""

    class Dialogue(base.Dialogue):  # type: ignore[name-defined, misc]
        def abort_asked(self) -> None:
            self._write(zvt.ACK)

    return base.with_parts(Dialogue=Dialogue)
