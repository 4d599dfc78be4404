"""A void takes its sale back although it was taken back already, or is none of this batch.

Breaks Q/CUP 009.1 (void: same batch, once); operator/taken_back and host/void_unanswered catch it.
"""

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.outcome import Asked
from harness.sim.terminal.records import Entry


def plant(base: type[Firmware]) -> type[Firmware]:
    """A payment that does not look whether the original still stands."""

    class Payment(base.Payment):  # type: ignore[name-defined, misc]
        def original_of(self, asked: Asked, entries: list[Entry]) -> Entry | None:
            wanted = (asked.stan, asked.receipt)
            known = reversed(self._storage.every_entry())
            fits = (one for one in known if one.stan == wanted[0] or one.receipt == wanted[1])
            return next((one for one in fits if one.outcome == "approved"), None)

    return base.with_parts(Payment=Payment)
