"""The clock begins anew with every start, as if it had no capacitor, and nobody asks the host.

Breaks invariant 21 (scenario G-4): sales after a power cut carry a date of years ago.
"""

from datetime import datetime

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.rtc import EPOCH

BUILT = datetime(2026, 1, 15)  # noqa: DTZ001 - terminals keep time without a zone


def plant(base: type[Firmware]) -> type[Firmware]:
    """A firmware that sets its own clock to nothing."""

    class Timekeeping(base.Timekeeping):  # type: ignore[name-defined, misc]
        def check(self) -> None:
            if self._known() < self._rtc.now():  # not the first start
                self._rtc.set(EPOCH)

        def certain(self) -> datetime:
            return BUILT  # as firmware does whose clock is of no use

        def take(self, date: str, time: str) -> None:
            """The host's time is its own affair."""

    return base.with_parts(Timekeeping=Timekeeping)
