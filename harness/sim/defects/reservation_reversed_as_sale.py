"""The reversal of a reservation or a booking has the condition code of a sale.

Breaks invariant 6 (N-1): field 25 of a reversal is a copy. host/reservations and
host/reservation_answer_spoilt catch it.
"""

from harness.sim.terminal.acquiring import REVERSAL
from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.records import Pending
from harness.wire.iso8583 import Message


def plant(base: type[Firmware]) -> type[Firmware]:
    """Reversals that are all of one condition."""

    class Acquiring(base.Acquiring):  # type: ignore[name-defined, misc]
        def reversal(self, sale: Pending) -> Message:
            sound: Message = super().reversal(sale)
            fields = {number: text for number, text in sound.fields.items() if number != 64}
            message: Message = self._sealed(REVERSAL, {**fields, 25: "00"})
            return message

    return base.with_parts(Acquiring=Acquiring)
