"""What is owed for a void, whose record holds no card, is skipped when the flash is read again.

Breaks P-6 (invariants 3 and 5): a pending reversal survives a restart, of whatever deal it is.
"""

from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """A storage that takes such a record for torn."""

    class Storage(base.Storage):  # type: ignore[name-defined, misc]
        def _load_pending(self) -> None:
            super()._load_pending()
            kept = {stan: one for stan, one in self.pending.items() if one.deal != "void"}
            self.pending.clear()
            self.pending.update(kept)

    return base.with_parts(Storage=Storage)
