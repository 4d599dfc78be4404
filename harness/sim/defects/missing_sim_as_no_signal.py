"""A missing SIM is reported as missing signal.

Breaks S-1: the report names the cause that the operator can do something about.
"""

from harness.sim.terminal.firmware import Firmware
from harness.wire.at_finals import Final


def plant(base: type[Firmware]) -> type[Firmware]:
    """A modem part that knows one word for all that is missing."""

    class Cellular(base.Cellular):  # type: ignore[name-defined, misc]
        def no_sim(self, final: Final) -> str:
            return "no_signal"

    return base.with_parts(Cellular=Cellular)
