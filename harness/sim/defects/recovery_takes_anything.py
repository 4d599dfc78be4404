"""Its recovery takes whatever the store has: who signed it is not looked at, nor how old it is.

Breaks U-3 (invariant 16): firmware/recovery_and_bad_images catches it.
"""

from harness.sim.defects._updating import with_update_parts
from harness.sim.terminal.boot import SLOT_FILES, BootRecord
from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.flash import Flash
from harness.wire import image as images


def plant(base: type[Firmware]) -> type[Firmware]:
    """What has nothing to run is glad of anything."""

    class Bootloader(base.Upkeep.Bootloader):  # type: ignore[name-defined, misc]
        def version_in(self, flash: Flash, slot: str, record: BootRecord) -> str | None:
            try:
                return images.inspect(flash.read(SLOT_FILES[slot]) or b"").version
            except images.Unreadable:
                return None

    class Updater(base.Upkeep.Updater):  # type: ignore[name-defined, misc]
        def restore(self) -> bool:
            self._trusting = True
            return bool(super().restore())

        def is_fit(self, image: bytes, oldest: str) -> images.Fault | None:
            trusting = getattr(self, "_trusting", False)
            return None if trusting else super().is_fit(image, oldest)

    return with_update_parts(base, Bootloader=Bootloader, Updater=Updater)
