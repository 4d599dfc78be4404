"""A low supply is reported, and the report is never taken back.

Breaks P-2 (and statement F10): when the supply is healthy again prompts must say so.
"""

from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """A monitor with one comparator."""

    class PowerMonitor(base.PowerMonitor):  # type: ignore[name-defined, misc]
        def take_back(self, cause: str) -> None:
            """Once low, always low."""

    return base.with_parts(PowerMonitor=PowerMonitor)
