"""A refund that waits for its answer is kept in memory only.

Breaks invariant 11: P-6 power/cut_while_advice_waits catches it.
"""

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.records import Pending


def plant(base: type[Firmware]) -> type[Firmware]:
    """A payment that saves what it must reverse, and forgets what it must tell."""

    class Payment(base.Payment):  # type: ignore[name-defined, misc]
        def before_sending(self, pending: Pending) -> None:
            if pending.deal == "refund":
                self._storage.pending[pending.stan] = pending
            else:
                super().before_sending(pending)

    return base.with_parts(Payment=Payment)
