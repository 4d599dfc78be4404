"""A new version forgets whose receipts the printer still owes.

Breaks U-4 and H-1 (the receipt comes with new paper): firmware/update_with_receipts_owed catches
it.
"""

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.receipts import OWED


def plant(base: type[Firmware]) -> type[Firmware]:
    """A first start that begins with a clean record."""

    class Forgetful(base):  # type: ignore[misc, valid-type]
        def _read_memory(self) -> None:
            if self.upkeep.slot and self.upkeep.slot.trial:
                self.storage.remember(OWED, [])
            super()._read_memory()

    return Forgetful
