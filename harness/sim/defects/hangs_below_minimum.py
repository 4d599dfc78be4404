"""A start on a supply that is too low hangs for good, without a watchdog.

Breaks P-3: when the supply is back the terminal must be too.
"""

from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """A firmware whose start needs a voltage it does not wait for."""

    class Hanging(base):  # type: ignore[valid-type, misc]
        def check_supply(self) -> None:
            while self.board.rail.volts() < self.personality.levels.warning or self._hung:
                self._hung = True
                self.clock.sleep(3600.0)

        _hung = False

    return Hanging
