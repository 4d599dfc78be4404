"""A new version counts its receipts from 1 again, in the midst of a batch.

Breaks U-4 (invariants 1 and 16): what the terminal knows survives an update; a void by receipt
number means one sale.
"""

from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """A firmware whose first start is everybody's first."""

    class Counting(base):  # type: ignore[valid-type, misc]
        def _read_memory(self) -> None:
            super()._read_memory()
            if self.upkeep.slot is not None and self.upkeep.slot.trial:
                self.storage.receipt = 0

    return Counting
