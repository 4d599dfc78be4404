"""What was reversed is counted among the day's debits.

Breaks invariant 10 (X-5): operator/day_after_trouble catches it.
"""

from dataclasses import replace

from harness.sim.terminal import books
from harness.sim.terminal.firmware import Firmware
from harness.wire.subfields import Totals


def plant(base: type[Firmware]) -> type[Firmware]:
    """A storage that adds up all it has."""

    class Storage(base.Storage):  # type: ignore[name-defined, misc]
        def totals(self) -> Totals:
            undone = [entry for entry in self.journal if entry.outcome == "reversed"]
            kept = [entry for entry in self.journal if entry.outcome != "reversed"]
            return books.totals([*kept, *(replace(one, outcome="approved") for one in undone)])

    return base.with_parts(Storage=Storage)
