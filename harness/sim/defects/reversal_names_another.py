"""Field 61 of a 0400 names the trace number after the original's.

Breaks invariant 6 (N-1, P-1): a reversal carries its original's number.
"""

from dataclasses import replace

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.records import Pending
from harness.wire.iso8583 import Message


def plant(base: type[Firmware]) -> type[Firmware]:
    """Reversals that count one too far."""

    class Acquiring(base.Acquiring):  # type: ignore[name-defined, misc]
        def reversal(self, sale: Pending) -> Message:
            named = f"{sale.batch:06d}{sale.stan + 1:06d}{sale.time[6:]}"
            message: Message = super().reversal(replace(sale, original=sale.original or named))
            return message

    return base.with_parts(Acquiring=Acquiring)
