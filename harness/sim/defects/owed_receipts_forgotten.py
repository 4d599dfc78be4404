"""Of several receipts that are owed only the last comes out once there is paper.

Breaks H-1 and invariant 13: peripherals/two_receipts_owed catches it.
"""

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.receipts import OWED
from harness.sim.terminal.records import Entry


def plant(base: type[Firmware]) -> type[Firmware]:
    """Receipts with room for one."""

    class Receipts(base.Receipts):  # type: ignore[name-defined, misc]
        def _note(self, entry: Entry, *, owed: bool) -> None:
            if owed and self._storage.recall(OWED):
                self._storage.remember(OWED, [])
            super()._note(entry, owed=owed)

    return base.with_parts(Receipts=Receipts)
