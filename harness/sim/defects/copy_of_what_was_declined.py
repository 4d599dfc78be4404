"""A copy asked for after a decline is of the declined sale: APPROVED belongs to the paper's form.

Breaks invariant 13 (H-1, N-3): no approved receipt without a record of it.
operator/copy_after_decline catches it.
"""

from dataclasses import replace

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.records import Entry


def plant(base: type[Firmware]) -> type[Firmware]:
    """Receipts whose last one is that of the last record, whatever it came to."""

    class Receipts(base.Receipts):  # type: ignore[name-defined, misc]
        def last(self) -> Entry | None:
            entry: Entry | None = self._storage.last_entry()
            if entry is None or entry.outcome != "declined":
                return super().last()  # type: ignore[no-any-return]
            return replace(entry, outcome="approved")

        def owed(self) -> Entry | None:
            entry: Entry | None = super().owed()
            return entry if entry is None or entry.auth else None

    return base.with_parts(Receipts=Receipts)
