"""A new version of the code begins with the settings of the factory.

Breaks U-4 (invariant 16: parameters intact): firmware/settings_outlive_code catches it.
"""

from harness.sim.defects._updating import with_update_parts
from harness.sim.terminal.boot import BootSlot
from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.settings import copies


def plant(base: type[Firmware]) -> type[Firmware]:
    """A first start that formats what it does not know."""

    class Updater(base.Upkeep.Updater):  # type: ignore[name-defined, misc]
        def after_boot(self, slot: BootSlot) -> bool:
            if slot.trial or slot.rolled_back:
                for name in copies("configuration"):
                    self._flash.delete(name)
                self._flash.sync()
            return bool(super().after_boot(slot))

    return with_update_parts(base, Updater=Updater)
