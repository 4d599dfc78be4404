"""A new version forgets whose receipts the printer still owes.

Breaks U-4 and H-1 (the receipt comes with new paper): firmware/update_with_receipts_owed catches
it.
"""

from harness.sim.defects._updating import without_record
from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.receipts import OWED


def plant(base: type[Firmware]) -> type[Firmware]:
    """A first start that clears whose receipts are owed."""
    return without_record(base, OWED)
