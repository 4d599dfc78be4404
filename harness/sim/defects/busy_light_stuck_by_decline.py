"""The busy light stays on after a declined sale, until one is approved.

Breaks H-3 and N-3 (F10): peripherals/lights_after_decline catches it.
"""

from collections.abc import Mapping

from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """Lights that only an approval puts out."""

    class Lights(base.Lights):  # type: ignore[name-defined, misc]
        def wanted(self) -> Mapping[str, str]:
            found = dict(super().wanted())
            last = self._firmware.payment.last
            if last is not None and last.outcome != "approved":
                found["busy"] = "on"
            return found

    return base.with_parts(Lights=Lights)
