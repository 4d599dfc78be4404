"""The fault light does not know of the supply.

Breaks H-3 and P-2 (F10): peripherals/lights_on_low_supply catches it.
"""

from collections.abc import Mapping

from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """Lights that are not told by the comparator."""

    class Lights(base.Lights):  # type: ignore[name-defined, misc]
        def wanted(self) -> Mapping[str, str]:
            found = dict(super().wanted())
            if set(self._firmware.alarms.active) == {"supply_low"}:
                found["fault"] = "off"
            return found

    return base.with_parts(Lights=Lights)
