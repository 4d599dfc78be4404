"""The test update store as a shelf: nobody fetches what it offers, the terminal is handed it.

Source: as ``update_store.py``.
"""

import base64
import binascii

from harness.drivers import update_store
from harness.errors import Garbled

IDENTITY = update_store.IDENTITY
MOST = 1 << 16  # B asked for at a time


class Driver(update_store.Offering):
    """Plays Shelf and what ``Offering`` plays; its options are the store's."""

    def image_size(self, image: str) -> int:
        """Bytes of what is offered; raises DeviceRefused for what is not."""
        size = self._lines.ask("measure", image=image).get("size")
        if type(size) is not int or size < 0:
            raise Garbled(f"the store says that {image!r} has {size!r} bytes")
        return size

    def read_image(self, image: str, position: int, most: int) -> bytes:
        """What is at a position; raises DeviceRefused, Garbled."""
        asked = self._lines.ask("read", image=image, at=position, most=min(most, MOST))
        try:
            return base64.b64decode(str(asked.get("content")), validate=True)
        except binascii.Error:
            raise Garbled("the store's content is no base64") from None
