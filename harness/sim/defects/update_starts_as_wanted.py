"""After an update that was broken off the start names the version that was to come.

Breaks U-1 and invariant 16 (it says which version runs): firmware/cut_while_downloading catches it.
"""

from dataclasses import replace

from harness.sim.terminal.boot import BootSlot
from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.part import Part


def plant(base: type[Firmware]) -> type[Firmware]:
    """A version that is read from the wish, not from the slot."""

    class Upkeep(base.Upkeep):  # type: ignore[name-defined, misc]
        def choose(self) -> BootSlot | None:
            slot: BootSlot | None = super().choose()
            mark = Part(self._firmware.flash).mark()
            if slot is None or mark is None or mark.offer.kind != "code":
                return slot
            return replace(slot, version=mark.offer.version)

    return base.with_parts(Upkeep=Upkeep)
