"""A receipt whose copy is broken off as well is forgotten.

Breaks H-1 (invariant 13): peripherals/jams_again catches it.
"""

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.receipts import PRINTED
from harness.sim.terminal.records import Entry


def plant(base: type[Firmware]) -> type[Firmware]:
    """What was begun twice counts as done."""

    class Receipts(base.Receipts):  # type: ignore[name-defined, misc]
        def print(self, entry: Entry, *, copy: bool = False) -> bool:
            whole = bool(super().print(entry, copy=copy))
            if copy and not whole:
                self._storage.remember(PRINTED, {"batch": entry.batch, "stan": entry.stan})
                self._note(entry, owed=False)
            return whole

    return base.with_parts(Receipts=Receipts)
