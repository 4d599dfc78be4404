"""Which receipts are owed is looked up in the open batch: the end of the day loses them.

Breaks H-1: with new paper the receipt comes out. peripherals/receipt_owed_over_settlement catches
it.
"""

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.records import Entry


def plant(base: type[Firmware]) -> type[Firmware]:
    """Receipts of today's batch alone."""

    class Receipts(base.Receipts):  # type: ignore[name-defined, misc]
        def kept(self) -> list[Entry]:
            return list(self._storage.journal)

    return base.with_parts(Receipts=Receipts)
