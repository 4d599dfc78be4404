"""A daily restart that was announced is left out where its hour strikes in a sale.

Breaks P-8 (PCI PTS: every 24 hours): power/daily_restart catches it.
"""

from typing import Any

from harness.sim.terminal import daily
from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """Who is busy is not asked again before tomorrow."""

    class Bad(base):  # type: ignore[misc, valid-type]
        def tasks(self) -> dict[str, Any]:
            return {**super().tasks(), "daily": self._daily}

        def _daily(self) -> None:
            work = daily.Daily(self, self.who.restart_at)
            while True:
                while (left := work.left()) > daily.WARNING:
                    self.clock.sleep(min(daily.LOOK, left - daily.WARNING))
                self.log.say("sys", f"restart due in {left:.0f} s")
                self.clock.sleep(left)
                if not self.payment.turn.held:
                    self.restart_announced()
                self.clock.sleep(daily.LOOK)

    return Bad
