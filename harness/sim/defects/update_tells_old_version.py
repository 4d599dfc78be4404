"""The version that is told is the one it was shipped with, whichever runs.

Breaks U-1: it reports which version runs.
"""

from dataclasses import replace

from harness.sim.terminal.boot import BootSlot
from harness.sim.terminal.firmware import Firmware
from harness.wire import image as images


def plant(base: type[Firmware]) -> type[Firmware]:
    """An upkeep that reads the label on the housing."""

    class Upkeep(base.Upkeep):  # type: ignore[name-defined, misc]
        def choose(self) -> BootSlot | None:
            chosen: BootSlot | None = super().choose()
            label = images.inspect(self._firmware.keys.factory_image).version
            self.slot = chosen and replace(chosen, version=label)
            return self.slot

    return base.with_parts(Upkeep=Upkeep)
