"""A low supply is called over half a minute after it was told, though it is as low as before.

Breaks P-2 (F10, E3): power/low_supply catches it.
"""

from harness.sim.terminal.firmware import Firmware

SHOWN = 30.0  # s


def plant(base: type[Firmware]) -> type[Firmware]:
    """A warning with a time of its own."""

    class PowerMonitor(base.PowerMonitor):  # type: ignore[name-defined, misc]
        def run(self) -> None:
            while True:
                self._edge.wait_for(self.is_low)
                self.say("supply_low")
                self._edge.wait_for(self.is_healthy, self._clock.now() + SHOWN)
                self.take_back("supply_low")
                self._edge.wait_for(self.is_healthy)

    return base.with_parts(PowerMonitor=PowerMonitor)
