"""The reversal of a booking in part carries the amount that was reserved.

Breaks invariant 6 (N-1): a 0400 carries its original's amount. host/reservations_undone catches it.
"""

from dataclasses import replace

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.records import Pending
from harness.wire.iso8583 import Message


def plant(base: type[Firmware]) -> type[Firmware]:
    """Reversals that take the amount from the reservation's record."""

    class Reversals(base.Reversals):  # type: ignore[name-defined, misc]
        def request(self, pending: Pending) -> Message:
            for entry in self._storage.every_entry():
                if pending.deal == "completion" and pending.original.startswith(entry.key):
                    pending = replace(pending, amount=entry.amount)
            return super().request(pending)  # type: ignore[no-any-return]

    return base.with_parts(Reversals=Reversals)
