"""What the printer is in want of is told for five seconds, and then it is called over.

Breaks H-1 (F10: prompts agree with the true state): peripherals/printer_not_ready catches it.
"""

from harness.sim.terminal.firmware import Firmware

SHOWN = 5.0  # s


def plant(base: type[Firmware]) -> type[Firmware]:
    """A printer whose alarms time out."""

    class Printer(base.Printer):  # type: ignore[name-defined, misc]
        def say(self, cause: str) -> None:
            super().say(cause)
            self._clock.call_at(self._clock.now() + SHOWN, lambda: self._alarms.end(cause))

    return base.with_parts(Printer=Printer)
