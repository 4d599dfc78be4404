"""The firmware's eye on its cell: how much is left, whether it is charged, and when that is little.

What may not be ended is not begun: on a low cell nothing new is sold until it is charged.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from harness.sim.terminal.cell import PART

if TYPE_CHECKING:
    from harness.sim.terminal.firmware import Firmware

LOOK = 2.0  # s
LOW, ENOUGH = 10, 15  # percent: it warns, and takes that back


class Gauge:
    """Looks at the cell now and then; a terminal without one has nothing to look at."""

    def __init__(self, firmware: "Firmware") -> None:
        self._firmware = firmware
        self._told: dict[str, object] | None = None

    def run(self) -> None:
        """Look, for ever; a task of its own."""
        body = self._firmware.body
        while True:
            body.changed.wait_for(lambda: not body.usual(PART) or self._told is not None)
            self._firmware.clock.sleep(LOOK)
            self.look()

    def look(self) -> None:
        """Say what has changed, and warn."""
        cell, alarms = self._firmware.board.cell, self._firmware.alarms
        if cell is None or not cell.fitted:
            self._told = None
            alarms.end("battery_low")
            return
        now: dict[str, object] = {
            "percent": cell.percent, "charging": "yes" if cell.fed else "no",
        }  # fmt: skip
        if now != self._told:
            self._told = now
            self.say({**now, "millivolts": round(1000 * cell.volts)})
        if cell.fed or cell.percent >= ENOUGH:
            alarms.end("battery_low")
        elif cell.percent <= LOW:
            alarms.begin("battery_low", f"{cell.percent} percent left")

    def say(self, told: Mapping[str, object]) -> None:
        """One line of how the cell is."""
        self._firmware.log.say("batt", " ".join(f"{key}={one}" for key, one in told.items()))
