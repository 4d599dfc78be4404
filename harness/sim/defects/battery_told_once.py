"""A low battery is told the first time only, and the second time it sells until it is empty.

Breaks P-5: power/battery_low_again catches it.
"""

from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """A warning with a memory."""

    class Alarms(base.Alarms):  # type: ignore[name-defined, misc]
        def begin(self, cause: str, detail: str = "") -> None:
            if cause != "battery_low" or not self.__dict__.get("charged"):
                super().begin(cause, detail)

        def end(self, *causes: str) -> bool:
            if "battery_low" in causes and "battery_low" in self.active:
                self.__dict__["charged"] = True
            return bool(super().end(*causes))

    return base.with_parts(Alarms=Alarms)
