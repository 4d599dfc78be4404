"""A 0230 with a switch fault ends a refund's repeating, and the refund is booked as approved.

Breaks N-3 and X-5 (invariant 11): an advice is repeated until the host has taken it.
"""

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.records import Pending
from harness.wire.iso8583 import Message


def plant(base: type[Firmware]) -> type[Firmware]:
    """A payment to which any answer is one."""

    class Payment(base.Payment):  # type: ignore[name-defined, misc]
        _gone = 0

        def _weigh_advice(self, pending: Pending, answer: Message, *, heard: bool) -> Pending:
            weighed: Pending = super()._weigh_advice(pending, answer, heard=heard)
            self._gone = 0 if heard else weighed.stan
            return weighed

        def book(self, pending: Pending, answer: Message | None, receipt: int) -> None:
            super().book(pending, answer, receipt)
            if pending.stan == self._gone:
                self.told(pending)

    return base.with_parts(Payment=Payment)
