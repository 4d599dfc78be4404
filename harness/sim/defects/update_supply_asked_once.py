"""The supply is looked at when an update is offered, and no more when it is installed.

Breaks U-6 (E3): firmware/supply_falls_before_installation catches it.
"""

from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """A check at the door only."""

    class Upkeep(base.Upkeep):  # type: ignore[name-defined, misc]
        def _starving(self) -> str:
            return "" if self.busy else str(super()._starving())

    return base.with_parts(Upkeep=Upkeep)
