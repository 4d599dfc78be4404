"""The reversal is written in place, unsynced, and deleted at boot when it cannot be read.

Breaks invariants 5 and 7 (defect d): no rename, no fsync, and a torn file counts as none.
"""

from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """A storage without care for the reversal."""

    class Storage(base.Storage):  # type: ignore[name-defined, misc]
        def write_pending(self, name: str, record: bytes) -> None:
            self._flash.write(name, record)

        def meet_torn_pending(self, name: str) -> None:
            self._flash.delete(name)
            self._flash.sync()

    return base.with_parts(Storage=Storage)
