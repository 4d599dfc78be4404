"""A receipt that is printed again does not say that it is a copy.

Breaks invariant 13: two receipts for one sale are two claims.
"""

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.records import Entry


def plant(base: type[Firmware]) -> type[Firmware]:
    """A printer that knows only originals."""

    class Printer(base.Printer):  # type: ignore[name-defined, misc]
        def print_receipt(self, entry: Entry, *, copy: bool = False) -> bool:
            return bool(super().print_receipt(entry))

    return base.with_parts(Printer=Printer)
