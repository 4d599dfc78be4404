"""A refund that was taken is shown as declined, and told to the register as done.

Breaks invariant 14: register, receipt, display and journal say the same.
"""

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.records import Pending
from harness.wire.iso8583 import Message


def plant(base: type[Firmware]) -> type[Firmware]:
    """A payment with one text for whatever is no sale."""

    class Payment(base.Payment):  # type: ignore[name-defined, misc]
        def book(self, pending: Pending, answer: Message | None, receipt: int) -> None:
            super().book(pending, answer, receipt)
            if pending.deal == "refund":
                self._screen.show_text(self._alarms.text("card_declined"))

    return base.with_parts(Payment=Payment)
