"""The power light goes out while there is no data.

Breaks H-3 (F10, N3: a dark power light says nothing about the plan):
peripherals/lights_tell_the_truth catches it.
"""

from collections.abc import Mapping

from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """One light for two conditions."""

    class Lights(base.Lights):  # type: ignore[name-defined, misc]
        def wanted(self) -> Mapping[str, str]:
            firmware = self._firmware
            dark = firmware.state.up and not firmware.comms.online
            return {**super().wanted(), **({"power": "off"} if dark else {})}

    return base.with_parts(Lights=Lights)
