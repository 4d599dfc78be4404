"""A refund leaves as a 0200 with a sale's processing code.

Breaks invariant 1 (booked_as_asked): who is to get money back pays a second time.
"""

from dataclasses import replace

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.records import Pending
from harness.wire.iso8583 import Message


def plant(base: type[Firmware]) -> type[Firmware]:
    """An acquirer's counterpart that knows one direction only."""

    class Acquiring(base.Acquiring):  # type: ignore[name-defined, misc]
        def request(self, sale: Pending, track_2: str = "") -> Message:
            sent = replace(sale, deal="sale") if sale.deal == "refund" else sale
            message: Message = super().request(sent, track_2)
            return message

    return base.with_parts(Acquiring=Acquiring)
