"""An update that is put off because of a low supply or battery is never taken up again.

Breaks U-6 (B2: what was put off comes when nothing stands in its way any more):
firmware/supply_low_when_offered and firmware/battery_low_when_offered catch it.
"""

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.part import Offer


def plant(base: type[Firmware]) -> type[Firmware]:
    """What is to be done later is written down nowhere."""

    class Upkeep(base.Upkeep):  # type: ignore[name-defined, misc]
        _put_off: Offer | None

        def _look(self, *, asked: bool) -> None:
            super()._look(asked=asked)
            self._put_off = None

    return base.with_parts(Upkeep=Upkeep)
