"""The journal's export ends after fifty records, without a word.

Breaks invariant 2 (X-1, X-5, B4, F4): ageing/a_full_day catches it.
"""

from typing import Any

from harness.sim.terminal.firmware import Firmware

ROOM = 50


def plant(base: type[Firmware]) -> type[Firmware]:
    """A journal that tells what fits into its buffer."""

    class Storage(base.Storage):  # type: ignore[name-defined, misc]
        class Journal(base.Storage.Journal):  # type: ignore[name-defined, misc]
            def every(self) -> list[Any]:
                return [(entries[:ROOM], damaged) for entries, damaged in super().every()]

    return base.with_parts(Storage=Storage)
