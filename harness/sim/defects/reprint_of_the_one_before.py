"""A reprint prints the last receipt but one.

Breaks H-1 (invariants 2 and 13): operator/copy_of_the_last catches it.
"""

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.records import Entry


def plant(base: type[Firmware]) -> type[Firmware]:
    """A payment that is one off."""

    class Payment(base.Payment):  # type: ignore[name-defined, misc]
        def reprint(self) -> Entry | None:
            stand = [entry for entry in self._storage.journal if entry.outcome == "approved"]
            if len(stand) < 2:  # there is none before it
                whole: Entry | None = super().reprint()
                return whole
            with self.turn.taken():
                self._receipts.print(stand[-2], copy=True)
                entry: Entry = stand[-2]
                return entry

    return base.with_parts(Payment=Payment)
