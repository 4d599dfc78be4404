"""A supply far above its nominal voltage is not noticed.

Breaks P-2 (variations of IEC 61000-4-29): a supply out of its limits is reported, above as below.
"""

from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """A monitor that looks down only."""

    class PowerMonitor(base.PowerMonitor):  # type: ignore[name-defined, misc]
        def say(self, cause: str) -> None:
            if cause != "supply_high":
                super().say(cause)

    return base.with_parts(PowerMonitor=PowerMonitor)
