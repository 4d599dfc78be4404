"""The journal shows a card's first eight digits and its last four.

Breaks invariant 19 (X-5, H-1): no more of a number than its first six and last four.
"""

from dataclasses import replace

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.records import Entry

SHOWN = 8


def plant(base: type[Firmware]) -> type[Firmware]:
    """A journal that was told of longer issuer numbers by nobody."""

    class Storage(base.Storage):  # type: ignore[name-defined, misc]
        def record(self, entry: Entry) -> None:
            if entry.number:
                entry = replace(entry, pan=f"{entry.number[:SHOWN]}***{entry.number[-4:]}")
            super().record(entry)

    return base.with_parts(Storage=Storage)
