"""Each chip's item is uploaded with the cryptogram of the day's last chip.

Breaks invariant 24 (N-6): the acquirer cannot prove any sale but one. host/unbalanced catches it.
"""

from dataclasses import replace

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.records import Entry
from harness.wire.iso8583 import Message


def plant(base: type[Firmware]) -> type[Firmware]:
    """An upload with one buffer for field 55."""

    class EndOfDay(base.EndOfDay):  # type: ignore[name-defined, misc]
        def _message(self, parcel: list[Entry]) -> Message:
            if parcel[0].icc:
                last = [entry.icc for entry in self._storage.journal if entry.icc][-1]
                parcel = [replace(parcel[0], icc=last)]
            made: Message = super()._message(parcel)
            return made

    return base.with_parts(EndOfDay=EndOfDay)
