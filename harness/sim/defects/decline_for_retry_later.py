"""A fault of the network behind the host is told as a decline of the card.

Breaks N-3 (91, 92, 96, 68, 98: try later): host/answer_retry_later catches it.
"""

from harness.sim.defects._answers import excused
from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.outcome import Stop


def plant(base: type[Firmware]) -> type[Firmware]:
    """A payment that knows one answer besides yes."""
    return excused(base, _plain)


def _plain(stop: Stop) -> Stop:
    later = stop.cause == "host_error" and bool(stop.response)
    return Stop("card_declined", stop.response, declined=True) if later else stop
