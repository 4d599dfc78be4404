"""A request without an answer is sent again under its own number instead of being reversed.

Breaks invariant 4 (reversal_before_next_sale): a host that books every 0200 charges twice.
"""

from typing import Any

from harness.sim.terminal.comms import NoAnswer
from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.records import Pending
from harness.wire.iso8583 import Message


def plant(base: type[Firmware]) -> type[Firmware]:
    """A payment that asks twice."""

    class Payment(base.Payment):  # type: ignore[name-defined, misc]
        def _exchange(self, pending: Pending, card: Any) -> Message:
            try:
                answer: Message = super()._exchange(pending, card)
            except NoAnswer:
                if self._comms.wanted() is not None:
                    raise
                answer = super()._exchange(pending, card)
            return answer

    return base.with_parts(Payment=Payment)
