"""A new version begins with a clean slate: what was pending is deleted at its first start.

Breaks invariant 5 (U-4): a pending reversal survives an update.
"""

from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """A firmware that owes nothing to its predecessor."""

    class CleanSlate(base):  # type: ignore[valid-type, misc]
        def _read_memory(self) -> None:
            slot = self.upkeep.slot
            if slot is not None and slot.trial:
                for name in self.flash.names():
                    if name.startswith("pending."):
                        self.flash.delete(name)
                self.flash.sync()
            super()._read_memory()

    return CleanSlate
