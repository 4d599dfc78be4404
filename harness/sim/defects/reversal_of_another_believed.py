"""A reversal's answer is believed whatever trace number, amount, type or MAC it has.

Breaks invariant 12 (N-5): what it undoes may be somebody else's, and the own charge stays.
"""

from harness.sim.defects._answers import unchecked
from harness.sim.terminal.acquiring import REVERSAL
from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """An acquirer's counterpart that looks twice at sales only."""
    return unchecked(base, REVERSAL)
