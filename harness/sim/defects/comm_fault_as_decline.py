"""A fault of the line is told to the register and the cardholder as a decline of the card.

Breaks invariant 17: detect and report the cause class, never a card decline.
"""

from harness.sim.defects._answers import excused
from harness.sim.terminal.comms import LINE_CAUSES
from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.outcome import Stop


def plant(base: type[Firmware]) -> type[Firmware]:
    """A payment with one excuse for everything."""
    return excused(base, _excuse)


def _excuse(stop: Stop) -> Stop:
    return Stop("card_declined", "05", declined=True) if stop.cause in LINE_CAUSES else stop
