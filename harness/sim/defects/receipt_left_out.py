"""No receipt is ever printed.

Breaks P-4 and invariant 13: what stands in the journal has its receipt.
"""

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.records import Entry


def plant(base: type[Firmware]) -> type[Firmware]:
    """A printer that is content with having paper."""

    class Printer(base.Printer):  # type: ignore[name-defined, misc]
        def print_receipt(self, entry: Entry, *, copy: bool = False) -> bool:
            return not self.troubles()

    return base.with_parts(Printer=Printer)
