"""A sale from before midnight cannot be taken back any more, though its batch is open.

Breaks G-4 (Q/CUP 009.1: a void is of the same batch, not of the same day).
operator/taken_back_after_midnight catches it.
"""

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.outcome import Asked
from harness.sim.terminal.records import Entry


def plant(base: type[Firmware]) -> type[Firmware]:
    """A payment that compares dates."""

    class Payment(base.Payment):  # type: ignore[name-defined, misc]
        def original_of(self, asked: Asked, entries: list[Entry]) -> Entry | None:
            found: Entry | None = super().original_of(asked, entries)
            today = f"{self._wall_time():%m%d}"
            return found if found is not None and found.date == today else None

    return base.with_parts(Payment=Payment)
