"""Whatever the clock shows is taken for the time.

Breaks invariant 21 (scenario G-4): a wrong clock is noticed, and put right before anything is sold.
"""

from collections.abc import Callable
from datetime import datetime

from harness.clock import Clock
from harness.sim.terminal.firmware import Firmware

BUILT = datetime(2026, 3, 2, 8)  # noqa: DTZ001 - terminals keep time without a zone


def plant(base: type[Firmware]) -> type[Firmware]:
    """A firmware that trusts its clock."""

    class Timekeeping(base.Timekeeping):  # type: ignore[name-defined, misc]
        def check(self) -> None:
            """It will be right."""

        def watch(self, clock: Clock, ask_host: Callable[[], None]) -> None:
            clock.signal("nothing").wait_for(lambda: False)

        def certain(self) -> datetime:
            return BUILT  # or no certificate would be accepted any more

        def take(self, date: str, time: str) -> None:
            """The host's time is its own affair."""

    return base.with_parts(Timekeeping=Timekeeping)
