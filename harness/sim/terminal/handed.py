"""An image that is handed over block by block: by a register, a loader's line, a computer.

The terminal asks for each block by its offset, whoever it is that hands them over, and reads from
the first one what it is that it gets.
"""

from collections.abc import Callable

from harness.sim.terminal.download import DOWNLOAD, Gone, Offer, Progress
from harness.sim.terminal.flash import Flash
from harness.wire import image as images

#: Is asked for what begins at an offset; raises PortError, Garbled or Gone.
Ask = Callable[[int], bytes]


class Handed:
    """One image that somebody has.

    Args:
        flash: Where it goes.
        size: Its bytes, by whoever hands it over.
        ask: For a block.
        tell: Hears how far it is.
    """

    def __init__(self, flash: Flash, size: int, ask: Ask, tell: Progress) -> None:
        self._flash = flash
        self._size = size
        self._ask = ask
        self._tell = tell
        self._first = b""

    def offer(self) -> Offer:
        """What it is, by its first block; raises Unreadable, PortError, Garbled or Gone."""
        self._first = self._ask(0)
        manifest = images.inspect(self._first)
        return Offer(manifest.version, "", self._size, manifest.sha256)

    def fetch(self, offer: Offer) -> None:
        """Ask for all of it; raises as ``Ask``."""
        self._flash.delete(DOWNLOAD)
        have, block = 0, self._first
        while have < offer.size:
            block = block or self._ask(have)
            if not block:
                break  # less than it says it is: seen when it is verified
            if have + len(block) > offer.size:
                raise Gone(f"{len(block)} bytes at {have} of {offer.size}")
            self._flash.append(DOWNLOAD, block)
            have, block = have + len(block), b""
            self._tell(offer, have, broken=False)
        self._flash.sync()
