"""A void's reversal has a sale's processing code: the host is asked to undo a sale.

Breaks invariant 6 (N-1, P-6): field 3 of a reversal is a copy; host/void_unanswered catches it.
"""

from harness.sim.terminal.acquiring import REVERSAL
from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.records import Pending
from harness.wire.iso8583 import Message


def plant(base: type[Firmware]) -> type[Firmware]:
    """Reversals that are all of one kind."""

    class Acquiring(base.Acquiring):  # type: ignore[name-defined, misc]
        def reversal(self, sale: Pending) -> Message:
            sound: Message = super().reversal(sale)
            fields = {number: text for number, text in sound.fields.items() if number != 64}
            message: Message = self._sealed(REVERSAL, {**fields, 3: "000000"})
            return message

    return base.with_parts(Acquiring=Acquiring)
