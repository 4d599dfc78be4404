"""A part that has failed and was mended fails again, and that is told to nobody.

Breaks H-1, H-2, H-3 and K-8: peripherals/fails_again catches it.
"""

from harness.sim.defects._alarms import told_once
from harness.sim.terminal.firmware import Firmware

OF_PARTS = frozenset({
    "paper_out", "cover_open", "paper_jam", "reader_fault", "scanner_fault", "key_fault",
    "display_fault", "companion_lost",
})  # fmt: skip


def plant(base: type[Firmware]) -> type[Firmware]:
    """What was told is not told twice, whatever was in between."""
    return told_once(base, OF_PARTS)
