"""An image is made the one to boot before it is checked; the check follows when it runs.

Breaks invariant 16: what is corrupt or signed by a stranger never runs.
"""

from harness.sim.defects._updating import with_update_parts
from harness.sim.terminal.boot import Bootloader
from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.update import Updater
from harness.wire.image import Fault


def plant(base: type[Firmware]) -> type[Firmware]:
    """An updater that trusts, and a loader that does too."""
    return with_update_parts(base, Updater=_CheckedLater, Bootloader=_Trusting)


class _CheckedLater(Updater):
    def may_install(self, image: bytes, installed: str) -> Fault | None:
        return None


class _Trusting(Bootloader):
    def is_genuine(self, image: bytes) -> bool:
        return True
