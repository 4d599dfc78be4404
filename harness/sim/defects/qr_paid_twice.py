"""A payment by code that is not answered counts as not made, and is forgotten.

Breaks H-2 and invariant 4: the cardholder pays again, and the first payment is neither queried nor
reversed.
"""

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.records import Pending


def plant(base: type[Firmware]) -> type[Firmware]:
    """A payment that takes silence for a no where a code was shown."""

    class Payment(base.Payment):  # type: ignore[name-defined, misc]
        def owe(self, pending: Pending, reason: str) -> None:
            if pending.entry == "code":
                self._storage.drop_pending(pending.stan)
            else:
                super().owe(pending, reason)

    return base.with_parts(Payment=Payment)
