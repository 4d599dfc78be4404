"""A start prefers the slot that is not the active one, whatever version is in it.

Breaks invariant 16: after an update that is done an older image never runs again.
"""

from dataclasses import replace

from harness.sim.defects._updating import with_update_parts
from harness.sim.terminal.boot import OTHER, Bootloader, BootRecord, BootSlot
from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.flash import Flash


def plant(base: type[Firmware]) -> type[Firmware]:
    """A loader that looks into the wrong slot first."""
    return with_update_parts(base, Bootloader=_Backwards)


class _Backwards(Bootloader):
    def _confirmed(self, flash: Flash, record: BootRecord) -> BootSlot | None:
        other = OTHER[record.active]
        version = self.version_in(flash, other, replace(record, floor="0"))
        if version is not None:
            return BootSlot(other, version)
        return super()._confirmed(flash, record)
