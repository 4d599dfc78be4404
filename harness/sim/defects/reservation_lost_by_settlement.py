"""After the end of day what was reserved before it can neither be booked nor released.

Breaks N-1 (Q/CUP 009.1: a pre-authorisation outlives its batch).
host/reservation_over_settlement catches it.
"""

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.outcome import Asked
from harness.sim.terminal.records import Entry


def plant(base: type[Firmware]) -> type[Firmware]:
    """A payment that looks for originals in the open batch alone."""

    class Payment(base.Payment):  # type: ignore[name-defined, misc]
        def original_of(self, asked: Asked, entries: list[Entry]) -> Entry | None:
            found: Entry | None = super().original_of(asked, self._storage.journal)
            return found

    return base.with_parts(Payment=Payment)
