"""Totals of a batch leave out what was given back before midnight.

Breaks invariant 10 (G-4): a batch is closed as one, whatever day it was.
"""

from harness.sim.terminal import books
from harness.sim.terminal.deals import TERMS
from harness.sim.terminal.firmware import Firmware
from harness.wire.subfields import Totals


def plant(base: type[Firmware]) -> type[Firmware]:
    """Credits are looked up by their date."""

    class Storage(base.Storage):  # type: ignore[name-defined, misc]
        def totals(self) -> Totals:
            today = self.journal[-1].date if self.journal else ""
            return books.totals(
                entry for entry in self.journal
                if entry.date == today or TERMS[entry.deal].sign > 0
            )  # fmt: skip

    return base.with_parts(Storage=Storage)
