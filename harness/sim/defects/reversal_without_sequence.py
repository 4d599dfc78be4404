"""A 0400 has no card sequence number.

Breaks invariant 6 (N-1, P-1): field 23 of a reversal is a copy, by which the issuer tells cards.
"""

from dataclasses import replace

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.records import Pending
from harness.wire.iso8583 import Message


def plant(base: type[Firmware]) -> type[Firmware]:
    """Reversals without field 23."""

    class Acquiring(base.Acquiring):  # type: ignore[name-defined, misc]
        def reversal(self, sale: Pending) -> Message:
            message: Message = super().reversal(replace(sale, sequence=""))
            return message

    return base.with_parts(Acquiring=Acquiring)
