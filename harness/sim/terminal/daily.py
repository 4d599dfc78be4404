"""The daily restart: announced, at a fixed time of day, never under a sale.

PCI PTS POI asks for a restart at least every 24 hours; makers warn minutes before and let the
merchant choose the hour.
"""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from harness.sim.terminal.firmware import Firmware

WARNING = 180.0  # s before it
LOOK = 60.0  # s between two looks at the clock, which the host may set meanwhile


class Daily:
    """Waits for the hour."""

    def __init__(self, firmware: "Firmware", at: str) -> None:
        self._firmware = firmware
        self._at = at

    def run(self) -> None:
        """Warn, wait for the sale under way, restart; a task of its own."""
        firmware = self._firmware
        while (left := self.left()) > WARNING:
            firmware.clock.sleep(min(LOOK, left - WARNING))
        firmware.log.say("sys", f"restart due in {left:.0f} s")
        firmware.clock.sleep(left)
        with firmware.payment.turn.taken():
            firmware.restart_announced()

    def left(self) -> float:
        """Seconds to the next time the hour strikes; more than its warning from a start on."""
        now = self._firmware.wall_time()
        due = datetime.fromisoformat(f"{now:%Y-%m-%d}T{self._at}")
        left = (due - now).total_seconds()
        return left if left > 0 else left + timedelta(days=1).total_seconds()
