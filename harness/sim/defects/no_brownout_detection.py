"""The processor's brown-out detector is left off: below its lowest voltage it runs wild.

Breaks P-2 and P-3: a dip to 40 % leaves no clean reset but a damaged record and a watchdog's start.
"""

from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """A firmware that does not set the detector's option bit."""

    class Undetecting(base):  # type: ignore[valid-type, misc]
        brownout_reset = False

    return Undetecting
