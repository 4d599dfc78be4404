"""The daily restart comes ten minutes before the time that was told for it.

Breaks P-8 (B2): power/daily_restart catches it.
"""

from typing import Any

from harness.sim.terminal import daily
from harness.sim.terminal.firmware import Firmware

AHEAD = 600.0  # s


def plant(base: type[Firmware]) -> type[Firmware]:
    """Warned of in one time zone, carried out in another."""

    class Bad(base):  # type: ignore[misc, valid-type]
        def tasks(self) -> dict[str, Any]:
            return {**super().tasks(), "daily": self._daily}

        def _daily(self) -> None:
            work = daily.Daily(self, self.who.restart_at)
            while (left := work.left()) > daily.WARNING:
                self.clock.sleep(min(daily.LOOK, left - daily.WARNING))
            self.log.say("sys", f"restart due in {left + AHEAD:.0f} s")
            self.clock.sleep(left)
            with self.payment.turn.taken():
                self.restart_announced()

    return Bad
