"""What voids and refunds gave back is left out of the totals.

Breaks invariant 10: operator/taken_back and N-6 host/unbalanced catch it.
"""

from dataclasses import replace

from harness.sim.terminal.firmware import Firmware
from harness.wire.subfields import Totals


def plant(base: type[Firmware]) -> type[Firmware]:
    """A storage that adds up what came in."""

    class Storage(base.Storage):  # type: ignore[name-defined, misc]
        def totals(self) -> Totals:
            found: Totals = super().totals()
            return replace(found, credit=0, credits=0)

    return base.with_parts(Storage=Storage)
