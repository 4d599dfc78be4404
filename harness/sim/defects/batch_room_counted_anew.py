"""How many records a batch has is counted from the start on: a cut makes room.

Breaks invariant 20 (X-2): a full batch refuses, whenever it was filled.
"""

from harness.sim.terminal.deals import TERMS
from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.outcome import Stop


def plant(base: type[Firmware]) -> type[Firmware]:
    """A payment that counts its own."""

    class Payment(base.Payment):  # type: ignore[name-defined, misc]
        def check_room(self, deal: str) -> None:
            entries = len(self._storage.journal)
            before: int = self.__dict__.setdefault("before", entries)
            if TERMS[deal].booked and entries - before >= self.most_records():
                raise Stop("batch_full")

    return base.with_parts(Payment=Payment)
