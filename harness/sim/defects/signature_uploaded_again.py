"""Signatures stay in the queue when they are uploaded: each settlement sends all of them again.

Breaks H-4 and invariant 11: each item reaches the host once.
"""

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.pad import KEPT


def plant(base: type[Firmware]) -> type[Firmware]:
    """Signatures that nobody ticks off."""

    class Signatures(base.Signatures):  # type: ignore[name-defined, misc]
        def upload(self) -> None:
            rows = self.waiting()
            super().upload()
            if rows and not self.waiting():
                self._firmware.storage.remember(KEPT, rows)

    return base.with_parts(Signatures=Signatures)
