"""A sale that the register gave up after the host's approval is called off, but never undone.

Breaks invariant 3 (O-1): what is told as cancelled has cost the cardholder nothing in the end.
"""

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.records import Pending


def plant(base: type[Firmware]) -> type[Firmware]:
    """A payment that forgets what it owes for an abort."""

    class Payment(base.Payment):  # type: ignore[name-defined, misc]
        def owe(self, pending: Pending, reason: str) -> None:
            if reason == "06":
                self._storage.drop_pending(pending.stan)
            else:
                super().owe(pending, reason)

    return base.with_parts(Payment=Payment)
