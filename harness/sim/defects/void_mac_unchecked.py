"""The answer to a void or a booking is believed whatever its MAC.

Breaks invariant 12 (N-2): host/void_answer_spoilt and host/reservation_answer_spoilt catch it.
"""

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.records import Pending
from harness.wire.iso8583 import Message


def plant(base: type[Firmware]) -> type[Firmware]:
    """An acquiring whose check is bound to sales alone."""

    class Acquiring(base.Acquiring):  # type: ignore[name-defined, misc]
        _related = False

        def request(self, sale: Pending, track_2: str = "") -> Message:
            self._related = bool(sale.original)
            made: Message = super().request(sale, track_2)
            return made

        def mac_fits(self, request: Message, answer: Message) -> bool:
            related = self._related and request.mti == "0200"
            return related or bool(super().mac_fits(request, answer))

    return base.with_parts(Acquiring=Acquiring)
