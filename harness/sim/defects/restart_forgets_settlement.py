"""The daily restart does not wait for an end of day, and nobody goes on with it afterwards.

Breaks P-8 and invariants 9 and 18: the host has closed the batch, the terminal sells on in it,
and no sale is taken. power/daily_restart_while_settling catches it.
"""

from typing import Any

from harness.sim.terminal import daily
from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.storage import CLOSING


def plant(base: type[Firmware]) -> type[Firmware]:
    """A restart that knows sales only, and a start that begins the day afresh."""

    class Storage(base.Storage):  # type: ignore[name-defined, misc]
        def _load_closing(self) -> None:
            if self._flash.peek(CLOSING) is not None:
                self._flash.delete(CLOSING)
            super()._load_closing()

    class Restless(base):  # type: ignore[misc, valid-type]
        def tasks(self) -> dict[str, Any]:
            return {**super().tasks(), "daily": self._daily}

        def _daily(self) -> None:
            self.clock.sleep(daily.Daily(self, self.who.restart_at).left() - daily.WARNING)
            self.log.say("sys", f"restart due in {daily.WARNING:.0f} s")
            self.clock.sleep(daily.WARNING)
            self.restart_announced()

    return Restless.with_parts(Storage=Storage)  # type: ignore[no-any-return]
