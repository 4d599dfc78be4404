"""A 0400 says that the number was keyed in, whatever way the card was read.

Breaks invariant 6 (N-1, P-1): field 22 of a reversal is a copy.
"""

from dataclasses import replace

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.records import Pending
from harness.wire.iso8583 import Message


def plant(base: type[Firmware]) -> type[Firmware]:
    """Reversals with a way of entry of their own."""

    class Acquiring(base.Acquiring):  # type: ignore[name-defined, misc]
        def reversal(self, sale: Pending) -> Message:
            message: Message = super().reversal(replace(sale, mode="012"))
            return message

    return base.with_parts(Acquiring=Acquiring)
