"""What was paid by code is left out of the settlement's totals: they are of cards.

Breaks X-5 (invariant 10): operator/day_of_every_entry catches it.
"""

from harness.sim.terminal import books
from harness.sim.terminal.firmware import Firmware
from harness.wire.subfields import Totals


def plant(base: type[Firmware]) -> type[Firmware]:
    """A storage that adds up what was read of cards."""

    class Storage(base.Storage):  # type: ignore[name-defined, misc]
        def totals(self) -> Totals:
            return books.totals(entry for entry in self.journal if entry.entry != "code")

    return base.with_parts(Storage=Storage)
