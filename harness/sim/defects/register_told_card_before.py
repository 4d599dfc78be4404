"""The register is told the card of the sale before.

Breaks invariants 14 and 24 (K-5): a sale's card is its own. operator/two_cards_in_a_row catches it.
"""

from harness.sim.defects._before import told_before
from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """A dialogue whose answers are written into a buffer that is never emptied."""
    return told_before(base, "pan")
