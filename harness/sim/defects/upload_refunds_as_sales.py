"""Chip refunds are uploaded with the processing code of a sale.

Breaks invariants 1 and 10 (N-6): an item is uploaded as what it was (field 3).
"""

from dataclasses import replace

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.records import Entry
from harness.wire.iso8583 import Message


def plant(base: type[Firmware]) -> type[Firmware]:
    """One template for all items."""

    class Acquiring(base.Acquiring):  # type: ignore[name-defined, misc]
        def item(self, entry: Entry) -> Message:
            message: Message = super().item(entry)
            return replace(message, fields={**message.fields, 3: "000000"})

    return base.with_parts(Acquiring=Acquiring)
