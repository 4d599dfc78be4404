"""A condition that begins takes the place of the one that holds: that is called over.

Breaks H-3 and F7 (F10: a second cause does not end the first): peripherals/two_at_once catches it.
"""

from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """One place for what is wrong."""

    class Alarms(base.Alarms):  # type: ignore[name-defined, misc]
        def begin(self, cause: str, detail: str = "") -> None:
            before = [one for one in self.active if one != cause]
            new = cause not in self.active
            super().begin(cause, detail)
            if new:
                self.end(*before)

    return base.with_parts(Alarms=Alarms)
