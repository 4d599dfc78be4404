"""A receipt that is owed is made up for where it is a sale's, and forgotten where it is a void's.

Breaks H-1 (invariant 13): peripherals/receipt_of_a_void_owed catches it.
"""

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.receipts import PRINTED
from harness.sim.terminal.records import Entry


def plant(base: type[Firmware]) -> type[Firmware]:
    """A list of sales."""

    class Receipts(base.Receipts):  # type: ignore[name-defined, misc]
        def print(self, entry: Entry, *, copy: bool = False) -> bool:
            whole = bool(super().print(entry, copy=copy))
            if not whole and entry.deal != "sale":
                self._storage.remember(PRINTED, {"batch": entry.batch, "stan": entry.stan})
                self._note(entry, owed=False)
            return whole

    return base.with_parts(Receipts=Receipts)
