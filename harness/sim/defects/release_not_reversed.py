"""A release, or the void of a booking, that gets no answer is not reversed.

Breaks invariants 3 and 4 (N-1): host/release_unanswered catches it.
"""

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.records import Pending

FORGOTTEN = ("preauth_void", "completion_void")


def plant(base: type[Firmware]) -> type[Firmware]:
    """A payment whose list of what is reversed was never finished."""

    class Payment(base.Payment):  # type: ignore[name-defined, misc]
        def owe(self, pending: Pending, reason: str) -> None:
            if pending.deal in FORGOTTEN:
                self._storage.drop_pending(pending.stan)
            else:
                super().owe(pending, reason)

    return base.with_parts(Payment=Payment)
