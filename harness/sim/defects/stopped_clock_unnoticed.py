"""The clock's oscillator-stop mark is not looked at, and the host's time only read at night.

Breaks invariant 21 (scenario G-4): after a cut that outlasts the capacitor it sells in 2000.
"""

from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """A firmware that believes its clock."""

    class Timekeeping(base.Timekeeping):  # type: ignore[name-defined, misc]
        def check(self) -> None:
            """It will be right."""

        def take(self, date: str, time: str) -> None:
            """Not now."""

    return base.with_parts(Timekeeping=Timekeeping)
