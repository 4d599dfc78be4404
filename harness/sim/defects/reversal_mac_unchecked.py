"""The MAC of a 0410 is not looked at.

Breaks N-5 (invariants 5 and 12): only a sound 0410 ends a reversal.
"""

from harness.sim.terminal.firmware import Firmware
from harness.wire.iso8583 import Message


def plant(base: type[Firmware]) -> type[Firmware]:
    """An acquiring part that checks the answers to sales alone."""

    class Acquiring(base.Acquiring):  # type: ignore[name-defined, misc]
        def mac_fits(self, request: Message, answer: Message) -> bool:
            return request.mti == "0400" or bool(super().mac_fits(request, answer))

    return base.with_parts(Acquiring=Acquiring)
