"""The MAC of a 0230 is not looked at.

Breaks N-2 (invariants 11 and 12): only a sound 0230 ends the repeating of an advice.
"""

from harness.sim.terminal.firmware import Firmware
from harness.wire.iso8583 import Message


def plant(base: type[Firmware]) -> type[Firmware]:
    """An acquiring part that checks the answers to sales alone."""

    class Acquiring(base.Acquiring):  # type: ignore[name-defined, misc]
        def mac_fits(self, request: Message, answer: Message) -> bool:
            return request.mti == "0220" or bool(super().mac_fits(request, answer))

    return base.with_parts(Acquiring=Acquiring)
