"""An update that finds no room in the flash is put off, it says, for a link that was lost.

Breaks U-6 (B2: the reason can be found): firmware/no_room_for_update catches it.
"""

from harness.sim.terminal.download import Offer
from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """One word for whatever keeps an update from coming."""

    class Upkeep(base.Upkeep):  # type: ignore[name-defined, misc]
        def obstacle(self, offer: Offer) -> str:
            cause = str(super().obstacle(offer))
            return "update_link_lost" if cause == "storage_full" else cause

    return base.with_parts(Upkeep=Upkeep)
