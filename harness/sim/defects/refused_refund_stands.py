"""A refund that the host refuses for good is approved at the register and on paper: an advice.

Breaks invariants 1 and 14 (N-3): the customer leaves with a receipt, and the money never comes.
host/refund_refused catches it.
"""

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.outcome import Stop
from harness.sim.terminal.records import Pending
from harness.wire.iso8583 import Message


def plant(base: type[Firmware]) -> type[Firmware]:
    """A payment that does not weigh an advice's answer."""

    class Payment(base.Payment):  # type: ignore[name-defined, misc]
        def _weigh_advice(self, pending: Pending, answer: Message, *, heard: bool) -> Pending:
            try:
                return super()._weigh_advice(pending, answer, heard=heard)  # type: ignore[no-any-return]
            except Stop:
                return pending

    return base.with_parts(Payment=Payment)
