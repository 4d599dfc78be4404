"""A 0400 has no authorisation code, though the terminal has heard one.

Breaks invariant 6 (E6, K-2): field 38 of a reversal is a copy, if there is any.
"""

from dataclasses import replace

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.records import Pending
from harness.wire.iso8583 import Message


def plant(base: type[Firmware]) -> type[Firmware]:
    """Reversals without field 38."""

    class Acquiring(base.Acquiring):  # type: ignore[name-defined, misc]
        def reversal(self, sale: Pending) -> Message:
            message: Message = super().reversal(replace(sale, auth="", first_auth=""))
            return message

    return base.with_parts(Acquiring=Acquiring)
