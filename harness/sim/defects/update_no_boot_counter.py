"""Nobody counts the starts of a new version, so one that crashes is started for ever.

Breaks U-5: after so many crashes the old version comes back by itself.
"""

from harness.sim.defects._updating import with_update_parts
from harness.sim.terminal.boot import Bootloader, BootRecord
from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """A loader with endless patience."""
    return with_update_parts(base, Bootloader=_Patient)


class _Patient(Bootloader):
    def has_failed(self, record: BootRecord) -> bool:
        return False
