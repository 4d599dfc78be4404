"""Whether an image is newer is looked up in the store's announcement, which nobody has signed.

Breaks invariant 16 (U-3): an old but genuine image, announced as new, never runs.
"""

from dataclasses import replace

from harness.sim.defects._updating import with_update_parts
from harness.sim.terminal.boot import Bootloader, BootRecord
from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.flash import Flash
from harness.sim.terminal.update import Updater
from harness.wire.image import Fault


def plant(base: type[Firmware]) -> type[Firmware]:
    """An updater that compares what was announced, and a loader that leaves it to the updater."""
    return with_update_parts(base, Updater=_Credulous, Bootloader=_NoFloor)


class _Credulous(Updater):
    def may_install(self, image: bytes, installed: str) -> Fault | None:
        fault = super().may_install(image, installed)
        return None if fault is Fault.OLDER else fault


class _NoFloor(Bootloader):
    def version_in(self, flash: Flash, slot: str, record: BootRecord) -> str | None:
        return super().version_in(flash, slot, replace(record, floor="0"))
