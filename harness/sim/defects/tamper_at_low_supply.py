"""A low supply trips the tamper detection.

Breaks invariant 23 (P-2, P-3): no_tamper catches it in every story that lowers the supply.
"""

from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """A monitor whose comparator is wired to the tamper switch."""

    class PowerMonitor(base.PowerMonitor):  # type: ignore[name-defined, misc]
        def say(self, cause: str) -> None:
            super().say(cause)
            if cause == "supply_low":
                self._alarms._screen.show_text("TAMPER DETECTED")  # noqa: SLF001 - a bad terminal
                self._log.say_error("sec", "tamper switch: keys erased")

    return base.with_parts(PowerMonitor=PowerMonitor)
