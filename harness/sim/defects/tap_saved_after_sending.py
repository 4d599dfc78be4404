"""What was tapped is made durable when its answer is there: taps are quick.

Breaks invariant 7 (P-1): a cut before the answer leaves a charge that nobody knows of.
"""

from harness.sim.terminal.acquiring import BadAnswer
from harness.sim.terminal.comms import NoAnswer
from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.reader import Card
from harness.sim.terminal.records import Pending
from harness.wire.iso8583 import Message

TAP = "contactless"


def plant(base: type[Firmware]) -> type[Firmware]:
    """A payment that writes a tap down later."""

    class Payment(base.Payment):  # type: ignore[name-defined, misc]
        def before_sending(self, pending: Pending) -> None:
            if pending.entry != TAP:
                super().before_sending(pending)

        def _exchange(self, pending: Pending, card: Card) -> Message:
            try:
                answer: Message = super()._exchange(pending, card)
            except (NoAnswer, BadAnswer):
                self._storage.save_pending(pending)
                raise
            if pending.entry == TAP:
                super().before_sending(pending)
            return answer

    return base.with_parts(Payment=Payment)
