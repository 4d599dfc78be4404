"""The cable between the terminal's board and its reader for chips and stripes.

Hardware: hands pull it (``reader_cable`` of the body), and what hangs on it is gone. The antenna is
on the board itself, so cards in the field are read all the same.
"""

from harness.sim.slot import Slot
from harness.sim.terminal.body import Body

PART = "reader_cable"


def follow(body: Body, slot: Slot) -> None:
    """Have the slot do as its cable does; a task of the bench's own, for power does not matter."""
    while True:
        body.changed.wait_for(lambda: body.usual(PART) != slot.connected)
        slot.connect(plugged=body.usual(PART))
