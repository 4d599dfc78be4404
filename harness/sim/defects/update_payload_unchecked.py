"""The signature is checked, of the manifest; whether the payload is the one that it names is not.

Breaks invariant 16 (U-3): what is corrupt never runs.
"""

from harness.sim.defects._updating import with_update_parts
from harness.sim.terminal.boot import Bootloader
from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.update import Updater
from harness.wire import image as images
from harness.wire.image import Fault


def plant(base: type[Firmware]) -> type[Firmware]:
    """An updater and a loader that believe a signed manifest for its whole image."""
    return with_update_parts(base, Updater=_ManifestOnly, Bootloader=_HeadOnly)


class _ManifestOnly(Updater):
    def is_fit(self, image: bytes, oldest: str) -> Fault | None:
        fault = super().is_fit(image, oldest)
        return None if fault is Fault.CORRUPT else fault


class _HeadOnly(Bootloader):
    def is_genuine(self, image: bytes) -> bool:
        try:
            return images.read_head(image).signer(self._trusted) is None
        except images.Unreadable:
            return False
