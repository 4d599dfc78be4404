"""The receipt of a card that is tapped twice in a row has the amount of both sales.

Breaks invariants 1 and 13 (K-6): each sale has its own receipt, of its own amount.
"""

from dataclasses import replace

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.records import Entry


def plant(base: type[Firmware]) -> type[Firmware]:
    """A receipt that adds up what one card pays."""

    class Printer(base.Printer):  # type: ignore[name-defined, misc]
        _before: Entry | None = None

        def print_receipt(self, entry: Entry, *, copy: bool = False) -> bool:
            before, made = self._before, entry
            self._before = before if copy else entry
            alike = before is not None and (before.pan, before.entry) == (entry.pan, "contactless")
            if before is not None and alike and not copy and entry.entry == "contactless":
                made = replace(entry, amount=entry.amount + before.amount)
            return bool(super().print_receipt(made, copy=copy))

    return base.with_parts(Printer=Printer)
