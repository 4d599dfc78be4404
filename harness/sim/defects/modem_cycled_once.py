"""A modem that hangs is power-cycled the first time; when it hangs again it is left alone.

Breaks S-7: signal/modem_hangs_again catches it.
"""

from harness.sim.terminal.at_line import ModemSilent
from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """A remedy that is tried once a start, lest it be tried for ever."""

    class Cellular(base.Cellular):  # type: ignore[name-defined, misc]
        cycled = back = False

        def look(self, *, wait: float = 0.0) -> str | None:
            cause: str | None = super().look(wait=wait)
            self.back |= self.cycled and cause != "modem_fault"
            return cause

        def silent(self, silence: ModemSilent) -> str:
            if self.back:
                return "modem_fault"
            self.cycled = True
            return str(super().silent(silence))

    return base.with_parts(Cellular=Cellular)
