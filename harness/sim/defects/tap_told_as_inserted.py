"""A tapped card is told to the host as one whose chip was in the slot (field 22: 05 for 07).

Breaks payment rules 4.3 (K-6): who bears a fraud goes by it. reader/tap_and_go catches it.
"""

from harness.sim.defects._entries import told_as_chip
from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """A payment that knows chips and stripes."""
    return told_as_chip(base, "07")
