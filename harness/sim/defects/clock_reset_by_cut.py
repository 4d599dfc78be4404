"""The clock begins anew with every start, as if it had no capacitor, and nobody asks the host.

Breaks invariant 21 (scenario G-4): sales after a power cut carry a date of years ago.
"""

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.rtc import EPOCH


def plant(base: type[Firmware]) -> type[Firmware]:
    """A firmware that sets its own clock to nothing."""

    class Timekeeping(base.Timekeeping):  # type: ignore[name-defined, misc]
        def check(self) -> None:
            if self._known() < self._rtc.now():  # not the first start
                self._rtc.set(EPOCH)

        def take(self, date: str, time: str) -> None:
            """The host's time is its own affair."""

    return base.with_parts(Timekeeping=Timekeeping)
