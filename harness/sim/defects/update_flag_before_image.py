"""The new slot is made the one to boot before it is written, and its start looks at its head alone.

Breaks invariant 16 (U-1): a cut between flag and image starts half an image.
"""

from harness.sim.defects._updating import with_update_parts
from harness.sim.terminal.boot import OTHER, SLOT_FILES, Bootloader, load_record
from harness.sim.terminal.download import Offer
from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.update import Updater
from harness.wire import image as images


def plant(base: type[Firmware]) -> type[Firmware]:
    """An updater that is ahead of itself."""
    return with_update_parts(base, Updater=_FlagFirst, Bootloader=_HeadOnly)


class _FlagFirst(Updater):
    def put_in_slot(self, offer: Offer, image: bytes) -> bool:
        record = load_record(self._flash)
        slot = OTHER[record.active]
        page = self._flash.page
        self._flash.write(SLOT_FILES[slot], image[:page])
        self._flash.sync()
        self.commit(record, slot)
        self.write_rest(slot, image, offer.version)
        self._say("committing", offer)
        return True

    def write_rest(self, slot: str, image: bytes, version: str) -> None:
        """Behind what is there already."""
        page = self._flash.page
        for at in range(page, len(image), page):
            self._tell_percent("installing", version, at, len(image))
            self._flash.append(SLOT_FILES[slot], image[at : at + page])
        self._flash.sync()


class _HeadOnly(Bootloader):
    def is_genuine(self, image: bytes) -> bool:
        try:
            return images.read_head(image).signer(self._trusted) is None
        except images.Unreadable:
            return False
