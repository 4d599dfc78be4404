"""The journal holds a cent more than was sold.

Breaks invariants 2 and 10: what is charged is in the journal, with the same contents.
"""

from dataclasses import replace
from typing import Any

from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """A memory that rounds up."""

    class Storage(base.Storage):  # type: ignore[name-defined, misc]
        def record(self, entry: Any) -> None:
            super().record(replace(entry, amount=entry.amount + 1))

    return base.with_parts(Storage=Storage)


def plant_nothing(base: type[Firmware]) -> None:
    """Forgets to return it."""
    base.with_parts()


def plant_misspelt(base: type[Firmware]) -> type[Firmware]:
    """Replaces what there is not."""
    return base.with_parts(Receits=object)
