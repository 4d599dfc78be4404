"""A start on a low supply ends in a reset instead of waiting for the supply.

Breaks P-3 (supply ramps): one clean boot, no boot loop.
"""

from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """A firmware without patience for its supply."""

    class Impatient(base):  # type: ignore[valid-type, misc]
        def check_supply(self) -> None:
            if self.board.rail.volts() < self.personality.levels.healthy:
                self.log.say_error("boot", "supply too low to start")
                self.restart("watchdog")

    return Impatient
