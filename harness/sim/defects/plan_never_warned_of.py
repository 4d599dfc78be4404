"""The plan runs low, and nobody is told before it is empty.

Breaks Q-8: a warning comes at 80 and at 95 per cent.
"""

from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """A meter that counts for itself."""

    class PlanMeter(base.PlanMeter):  # type: ignore[name-defined, misc]
        def warn(self, level: int) -> None:
            self.level = level

    return base.with_parts(PlanMeter=PlanMeter)
