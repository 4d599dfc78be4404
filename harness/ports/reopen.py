"""Making a lost connection again: a bounded number of times, with growing pauses.

A port never does this by itself: what the instrument did while nobody was connected is unknown, so
whoever reopens must bring it into a known state before anything else. For a supply that is: arm it.

Source: pyvisa-py #596 (close, wait about a second, open again).
"""

from harness.errors import PortLost
from harness.ports.base import Port

ATTEMPTS = 4
FIRST = 1.0  # s; an instrument that reboots, or serves one client, needs to let go of the old one
MOST = 8.0  # s


def reopen(port: Port, *, attempts: int = ATTEMPTS, first: float = FIRST) -> int:
    """Close a port and open it again; returns how many attempts it took.

    Args:
        port: The port, lost or not.
        attempts: How often it is tried.
        first: Seconds before the first attempt; twice that before the next, ``MOST`` at most.

    Raises:
        PortLost: It could not be opened; the text is the last attempt's.
    """
    port.close()
    pause = first
    for attempt in range(1, attempts + 1):
        port.clock.sleep(pause)
        try:
            port.open()
        except PortLost as error:
            if attempt == attempts:
                raise PortLost(f"{error}, in {attempts} attempts") from error
            pause = min(2 * pause, MOST)
        else:
            return attempt
    raise PortLost(f"{port.address}: no attempt was made to open it")
