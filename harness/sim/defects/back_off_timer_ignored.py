"""A refused bearer is asked for again and again, and the modem is restarted to get round its timer.

Breaks Q-1 and Q-3 with a back-off timer (3GPP TS 24.301, T3396; invariant 22): what the network
asks to be waited out is waited out.
"""

from harness.sim.terminal.firmware import Firmware
from harness.wire.at_finals import Final


def plant(base: type[Firmware]) -> type[Firmware]:
    """A modem part without patience."""

    class Cellular(base.Cellular):  # type: ignore[name-defined, misc]
        def may_ask(self) -> bool:
            return True

        def no_bearer(self, final: Final) -> str:
            self.mend("modem")
            cause: str = super().no_bearer(final)
            return cause

    return base.with_parts(Cellular=Cellular)
