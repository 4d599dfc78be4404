"""The reversal is cleared for good, and the journal entry is then written but never synced.

Breaks invariants 2 and 13: until something else happens to sync the flash, a power cut can take the
entry away, and nothing is left of a sale that was charged and shown as approved. Whether the cut
does is drawn, page by page: of one seed the points of ``power/cut_points`` behind the approval
share their draw, and with seed 0 all of them find the entry again; ``power/cut_while_printing``
cuts at instants that draw anew.
"""

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.records import Entry


def plant(base: type[Firmware]) -> type[Firmware]:
    """A storage that leaves the journal's durability to chance."""

    class Storage(base.Storage):  # type: ignore[name-defined, misc]
        def record(self, entry: Entry) -> None:
            if entry.stan in self.pending:
                self.drop_pending(entry.stan)
                self._flash.sync()
            super().record(entry)

        def make_durable(self) -> None:
            """It will be written some time."""

    return base.with_parts(Storage=Storage)
