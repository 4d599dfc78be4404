"""A low supply is neither logged nor shown nor told to the register.

Breaks P-2 and P-3: low supply is reported (ZVT BF).
"""

from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """A firmware that keeps its supply to itself."""

    class PowerMonitor(base.PowerMonitor):  # type: ignore[name-defined, misc]
        def say(self, cause: str) -> None:
            """Nothing to say."""

    class Silent(base):  # type: ignore[valid-type, misc]
        def say_why_restarted(self) -> None:
            """Nothing to say."""

    silent: type[Firmware] = Silent
    return silent.with_parts(PowerMonitor=PowerMonitor)
