"""The sale of a swiped card that was not answered is forgotten: only a chip's is reversed.

Breaks K-7 and N-1 (invariant 3): what failed costs nothing, however the card was read.
"""

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.records import Pending


def plant(base: type[Firmware]) -> type[Firmware]:
    """A payment that drops what it would owe such a card."""

    class Payment(base.Payment):  # type: ignore[name-defined, misc]
        def owe(self, pending: Pending, reason: str) -> None:
            if pending.entry == "stripe":
                self._storage.drop_pending(pending.stan)
            else:
                super().owe(pending, reason)

    return base.with_parts(Payment=Payment)
