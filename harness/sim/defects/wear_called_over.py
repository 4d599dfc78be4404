"""That its reader is worn is told, and half a minute later called over; nobody has mended it.

Breaks K-9 (E8): reader/worn_contact catches it.
"""

from harness.sim.terminal.firmware import Firmware

SHOWN = 30.0  # s
WORN = "maintenance_due"


def plant(base: type[Firmware]) -> type[Firmware]:
    """A hint that was to be on show for a while, and was made by an alarm."""

    class Bad(base):  # type: ignore[misc, valid-type]
        def _make_parts(self) -> None:
            super()._make_parts()
            begin = self.alarms.begin

            def begin_and_end(cause: str, detail: str = "") -> None:
                new = cause == WORN and cause not in self.alarms.active
                begin(cause, detail)
                if new:
                    self.board.spawn("hint", self._end_hint)

            self.alarms.begin = begin_and_end

        def _end_hint(self) -> None:
            self.clock.sleep(SHOWN)
            self.alarms.end(WORN)

    return Bad
