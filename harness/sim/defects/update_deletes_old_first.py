"""The slot that runs is deleted to make room for the download; what runs is in memory, after all.

Breaks U-3 (invariant 16): after an update that was refused the old version starts.
"""

from harness.sim.defects._updating import with_update_parts
from harness.sim.terminal.boot import SLOT_FILES, load_record
from harness.sim.terminal.download import Offer, Source
from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.update import Updater


def plant(base: type[Firmware]) -> type[Firmware]:
    """An updater that burns its boats."""
    return with_update_parts(base, Updater=_NoWayBack)


class _NoWayBack(Updater):
    def install(self, offer: Offer, installed: str, source: Source | None = None) -> bool:
        self._flash.delete(SLOT_FILES[load_record(self._flash).active])
        self._flash.sync()
        return super().install(offer, installed, source)
