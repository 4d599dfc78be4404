"""The fault light goes out when any of several faults is over.

Breaks H-3 (F10): peripherals/lights_with_two_faults catches it.
"""

from collections.abc import Mapping

from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """A light that is switched by events and not by what holds."""

    class Lights(base.Lights):  # type: ignore[name-defined, misc]
        before: frozenset[str] = frozenset()
        out = False

        def wanted(self) -> Mapping[str, str]:
            now = frozenset(self._firmware.alarms.active)
            self.out = (self.out or bool(self.before - now)) and not now - self.before
            self.before = now
            rows = dict(super().wanted())
            return rows | {"fault": "off"} if self.out else rows

    return base.with_parts(Lights=Lights)
