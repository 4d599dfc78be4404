"""Of a card that was tapped the answer's MAC is not looked at.

Breaks invariant 12 (N-2): an answer without a right MAC approves nothing, whatever was read.
"""

from harness.sim.terminal.firmware import Firmware
from harness.wire.iso8583 import Message

TAPPED = "07"  # field 22


def plant(base: type[Firmware]) -> type[Firmware]:
    """An acquirer's side that trusts what came quickly."""

    class Acquiring(base.Acquiring):  # type: ignore[name-defined, misc]
        def mac_fits(self, request: Message, answer: Message) -> bool:
            return request.get(22).startswith(TAPPED) or super().mac_fits(request, answer)

    return base.with_parts(Acquiring=Acquiring)
