"""An answer without a MAC is believed: there is nothing in it that could be wrong.

Breaks N-2 (invariants 11 and 12): the MAC must match, so there must be one.
"""

from harness.sim.terminal.firmware import Firmware
from harness.wire.iso8583 import Message


def plant(base: type[Firmware]) -> type[Firmware]:
    """An acquiring part that checks field 64 where there is one."""

    class Acquiring(base.Acquiring):  # type: ignore[name-defined, misc]
        def mac_fits(self, request: Message, answer: Message) -> bool:
            return 64 not in answer.fields or bool(super().mac_fits(request, answer))

    return base.with_parts(Acquiring=Acquiring)
