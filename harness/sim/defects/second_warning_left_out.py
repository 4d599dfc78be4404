"""The plan is warned of at 80 per cent, and at 95 no more.

Breaks Q-8: a warning comes at 80 and at 95 per cent.
"""

from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """A meter with one mark."""

    class PlanMeter(base.PlanMeter):  # type: ignore[name-defined, misc]
        def warn(self, level: int) -> None:
            super().warn(min(level, 1))

    return base.with_parts(PlanMeter=PlanMeter)
