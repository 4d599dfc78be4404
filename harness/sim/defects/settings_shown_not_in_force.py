"""Behind a start the settings that came as an image are shown, and those of the factory apply.

Breaks U-1 and U-4 (B4, F9): firmware/settings_in_force_after_cut catches it, by the pace of 0820.
"""

from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """A start that reads them, says them, and goes on as it always did."""

    class Upkeep(base.Upkeep):  # type: ignore[name-defined, misc]
        def settle(self) -> None:
            super().settle()
            self._firmware.comms.heartbeat_every = self._times.heartbeat

    return base.with_parts(Upkeep=Upkeep)
