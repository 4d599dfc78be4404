"""That the phone is near again is noticed at a start only: it is said to be away until then.

Breaks H-4 (F10): peripherals/phone_away catches it.
"""

from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """A condition that nobody ends."""

    class Alarms(base.Alarms):  # type: ignore[name-defined, misc]
        def end(self, *causes: str) -> bool:
            return bool(super().end(*(one for one in causes if one != "companion_lost")))

    return base.with_parts(Alarms=Alarms)
