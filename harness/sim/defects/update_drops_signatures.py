"""A new version forgets which signatures the host has not got.

Breaks U-4 and H-4 (stored, and handed in with the batch; invariants 11 and 16):
firmware/update_with_signature_waiting catches it.
"""

from harness.sim.defects._updating import without_record
from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.pad import KEPT


def plant(base: type[Firmware]) -> type[Firmware]:
    """A first start that clears which signatures the host has not got."""
    return without_record(base, KEPT)
