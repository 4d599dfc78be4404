"""A supply that is too high is told the first time only.

Breaks P-2: power/low_and_high_again catches it.
"""

from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """A comparator that is not armed again."""

    class PowerMonitor(base.PowerMonitor):  # type: ignore[name-defined, misc]
        armed = True

        def say(self, cause: str) -> None:
            if cause != "supply_high" or self.armed:
                super().say(cause)
            self.armed = self.armed and cause != "supply_high"

    return base.with_parts(PowerMonitor=PowerMonitor)
