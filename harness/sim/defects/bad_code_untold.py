"""A code that cannot be read is passed over in silence; the cardholder waits.

Breaks H-2: a scan error is told within 15 s.
"""

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.scanner import USELESS


def plant(base: type[Firmware]) -> type[Firmware]:
    """A scanner that sees only what it likes."""

    class Scanner(base.Scanner):  # type: ignore[name-defined, misc]
        @property
        def sees(self) -> bool:
            return bool(super().sees) and self._firmware.body.code not in USELESS

    return base.with_parts(Scanner=Scanner)
