"""A stripe that is read because the chip has failed is told to the host as a chip.

Breaks payment rules 4.3 (K-3, K-4): who bears a fraud goes by field 22.
reader/chip_then_stripe catches it.
"""

from harness.sim.defects._entries import told_as_chip
from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """A payment that goes by what the card has, not by what was read of it."""
    return told_as_chip(base, "02")
