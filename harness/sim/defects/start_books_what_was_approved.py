"""A debt with an authorisation code is booked by the next start: it was approved, after all.

Breaks invariants 1 and 3 (P-1): it was called off, and is to be undone.
power/cut_while_approval_is_undone catches it.
"""

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.records import made_of


def plant(base: type[Firmware]) -> type[Firmware]:
    """A storage that goes by the code."""

    class Storage(base.Storage):  # type: ignore[name-defined, misc]
        def _load_pending(self) -> None:
            super()._load_pending()
            for stan, made in list(self.pending.items()):
                if made.auth and not self.is_advice(stan):
                    self.record(made_of(made, "approved", time="2026-01-01 00:00:00"))

    return base.with_parts(Storage=Storage)
