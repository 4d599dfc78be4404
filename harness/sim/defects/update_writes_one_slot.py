"""An update goes into slot B, always: the second one is written over what runs.

Breaks U-1 (invariant 16): firmware/second_update_cut catches it.
"""

from harness.sim.defects._updating import with_update_parts
from harness.sim.terminal.boot import load_record
from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.part import Offer


def plant(base: type[Firmware]) -> type[Firmware]:
    """A name where a question should be."""

    class Updater(base.Upkeep.Updater):  # type: ignore[name-defined, misc]
        def put_in_slot(self, offer: Offer, image: bytes) -> bool:
            self.write_slot("B", image, offer.version)
            self._say("committing", offer)
            self.commit(load_record(self._flash), "B")
            return True

    return with_update_parts(base, Updater=Updater)
