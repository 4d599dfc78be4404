"""What a register gives a terminal that asks for a file: block by block, in any order, again.

Source: as ``wire/zvt_files.py``.
"""

from harness.drivers._zvt_link import NOT_POSSIBLE
from harness.errors import Garbled
from harness.model.updates import Image
from harness.wire import zvt, zvt_files

FIRMWARE = 0x10  # the number of a system's image, by Feig's table; others have their own
BLOCK = 4096  # bytes at a time


class Giving:
    """One image, given away.

    Args:
        image: What there is.
        number: Under which number.
        block: Bytes at a time.
    """

    def __init__(self, image: Image, number: int = FIRMWARE, block: int = BLOCK) -> None:
        self._image, self._number, self._block = image, number, block

    def reply(self, apdu: zvt.Apdu) -> zvt.Apdu | None:
        """What 04 0C is answered with: the block, or 84 83 for what there is not."""
        if apdu.command != zvt.FILE_REQUEST:
            return None
        try:
            wanted = zvt_files.read_request(apdu.payload)
        except Garbled:
            return zvt.refuse(NOT_POSSIBLE)
        if wanted.number != self._number or not 0 <= wanted.position < self._image.size:
            return zvt.refuse(NOT_POSSIBLE)
        content = self._image.read(wanted.position, self._block)
        return zvt_files.write_block(zvt_files.Block(wanted.number, wanted.position, content))
