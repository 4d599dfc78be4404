"""An answer whose MAC is wrong is believed.

Breaks invariant 12: no approval and no receipt on an answer that fails its check.
"""

from harness.sim.terminal.firmware import Firmware
from harness.wire.iso8583 import Message


def plant(base: type[Firmware]) -> type[Firmware]:
    """An acquiring part that does not look at field 64."""

    class Acquiring(base.Acquiring):  # type: ignore[name-defined, misc]
        def mac_fits(self, request: Message, answer: Message) -> bool:
            return True

    return base.with_parts(Acquiring=Acquiring)
