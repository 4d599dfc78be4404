"""A settlement that was broken off is forgotten by an update.

Breaks U-4 and P10 (invariant 9): firmware/update_with_open_settlement catches it.
"""

from harness.sim.defects._updating import with_update_parts
from harness.sim.terminal.boot import BootRecord
from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.storage import CLOSING


def plant(base: type[Firmware]) -> type[Firmware]:
    """A record that the new version is not told of."""

    class Updater(base.Upkeep.Updater):  # type: ignore[name-defined, misc]
        def commit(self, record: BootRecord, slot: str) -> None:
            if self._flash.peek(CLOSING) is not None:
                self._flash.delete(CLOSING)
            super().commit(record, slot)

    return with_update_parts(base, Updater=Updater)
