"""The register is told the authorisation code of the sale before.

Breaks invariant 14 (K-5): it is what a dispute is answered with. operator/two_cards_in_a_row
catches it.
"""

from harness.sim.defects._before import told_before
from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """A dialogue that sends the code it has, and takes the new one after that."""
    return told_before(base, "auth")
