"""A full batch goes on: its oldest record makes room.

Breaks invariant 20 (X-2): what is not settled is never overwritten.
"""

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.records import seal_record


def plant(base: type[Firmware]) -> type[Firmware]:
    """A payment that never runs out of room."""

    class Payment(base.Payment):  # type: ignore[name-defined, misc]
        def check_room(self, deal: str) -> None:
            storage = self._storage
            while len(storage.journal) >= self.most_records():
                storage.journal.pop(0)
                kept = b"".join(map(seal_record, storage.journal))
                storage._replace(storage._journal_name(), kept)  # noqa: SLF001 - the bug itself

    return base.with_parts(Payment=Payment)
