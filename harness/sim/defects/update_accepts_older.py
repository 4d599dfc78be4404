"""An older image is installed when the store offers one.

Breaks invariant 16: an older image never runs.
"""

from dataclasses import replace

from harness.sim.defects._updating import with_update_parts
from harness.sim.terminal.boot import Bootloader, BootRecord
from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.flash import Flash
from harness.sim.terminal.update import Updater
from harness.wire.image import Fault


def plant(base: type[Firmware]) -> type[Firmware]:
    """An updater and a loader that do not compare versions."""
    return with_update_parts(base, Updater=_AnyVersion, Bootloader=_NoFloor)


class _AnyVersion(Updater):
    def is_newer(self, offered: str, installed: str) -> bool:
        return True

    def may_install(self, image: bytes, installed: str) -> Fault | None:
        fault = super().may_install(image, installed)
        return None if fault is Fault.OLDER else fault


class _NoFloor(Bootloader):
    def version_in(self, flash: Flash, slot: str, record: BootRecord) -> str | None:
        return super().version_in(flash, slot, replace(record, floor="0"))
