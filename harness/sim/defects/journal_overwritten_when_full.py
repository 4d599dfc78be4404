"""A full batch goes on: its oldest record makes room.

Breaks invariant 20: X-2 ageing/batch_full catches it.
"""

from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """A payment that never runs out of room."""

    class Payment(base.Payment):  # type: ignore[name-defined, misc]
        def check_room(self, deal: str) -> None:
            while len(self._storage.journal) >= self.most_records():
                self._storage.journal.pop(0)

    return base.with_parts(Payment=Payment)
