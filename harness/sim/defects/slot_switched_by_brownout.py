"""A start after a brown-out counts against the image that runs, and goes back to the other slot.

Breaks invariant 16: after an update that is done an older image never runs again.
"""

from dataclasses import replace

from harness.sim.terminal.boot import OTHER, Bootloader, BootSlot, load_record
from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """A loader that takes a bad supply for a bad image."""

    class Upkeep(base.Upkeep):  # type: ignore[name-defined, misc]
        def choose(self) -> BootSlot | None:
            chosen: BootSlot | None = super().choose()
            firmware = self._firmware
            if chosen is None or firmware.reason != "brownout":
                return chosen
            other = OTHER[chosen.name]
            loader = Bootloader(model=firmware.who.model, trusted_key=firmware.keys.update)
            record = replace(load_record(firmware.flash), floor="0")
            version = loader.version_in(firmware.flash, other, record)
            self.slot = chosen if version is None else BootSlot(other, version)
            return self.slot

    return base.with_parts(Upkeep=Upkeep)
