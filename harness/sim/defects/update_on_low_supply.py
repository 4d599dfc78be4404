"""An update begins whatever the supply is.

Breaks U-6: an update waits for a supply, or a battery, that will carry it to its end.
"""

from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """An upkeep that looks at no voltage."""

    class Upkeep(base.Upkeep):  # type: ignore[name-defined, misc]
        def _starving(self) -> str:
            return ""

    return base.with_parts(Upkeep=Upkeep)
