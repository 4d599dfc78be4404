"""A settlement's answer is believed whatever trace number, terminal or type it has.

Breaks invariants 9 and 12 (P10): a batch closes by the answer to its own settlement.
"""

from harness.sim.defects._answers import unchecked
from harness.sim.terminal.acquiring import SETTLEMENT
from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """An acquirer's counterpart that looks twice at sales only."""
    return unchecked(base, SETTLEMENT)
