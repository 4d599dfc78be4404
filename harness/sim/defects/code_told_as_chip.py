"""A payment by code goes to the host as one by chip.

Breaks invariant 24 (H-2; field 22 is 030): who bears a fraud goes by it. Any payment by code
catches it, peripherals/code_not_readable among them.
"""

from dataclasses import replace

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.records import Pending
from harness.wire.iso8583 import Message

CODE, CHIP = "030", "052"


def plant(base: type[Firmware]) -> type[Firmware]:
    """An acquiring that knows no codes."""

    class Acquiring(base.Acquiring):  # type: ignore[name-defined, misc]
        def request(self, sale: Pending, track_2: str = "") -> Message:
            told = replace(sale, mode=CHIP) if sale.mode == CODE else sale
            made: Message = super().request(told, track_2)
            return made

    return base.with_parts(Acquiring=Acquiring)
