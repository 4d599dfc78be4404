"""Each sale of a batch takes 30 ms longer than the one before: the journal is searched in full.

Breaks X-1 (C2): latency does not drift; ageing/a_full_day catches it.
"""

from typing import Any

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.records import Pending

SEARCH = 0.03  # s a record


def plant(base: type[Firmware]) -> type[Firmware]:
    """A payment that reads all of them first."""

    class Payment(base.Payment):  # type: ignore[name-defined, misc]
        def _open(self, *asked: Any) -> Pending:
            self._clock.sleep(SEARCH * len(self._storage.journal))
            pending: Pending = super()._open(*asked)
            return pending

    return base.with_parts(Payment=Payment)
