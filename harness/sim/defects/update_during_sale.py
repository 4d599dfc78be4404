"""An update is installed while a customer pays, and the terminal restarts under the sale.

Breaks U-6: the sale comes first.
"""

from typing import Any

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.upkeep import CLOSING


def plant(base: type[Firmware]) -> type[Firmware]:
    """An upkeep without respect for the till."""

    class Upkeep(base.Upkeep):  # type: ignore[name-defined, misc]
        def tell(self, phase: str, fields: dict[str, Any]) -> None:
            if phase == CLOSING:
                self._firmware.log.say("upd", f"phase={phase} version={fields['version']}")
                return
            super().tell(phase, fields)

    return base.with_parts(Upkeep=Upkeep)
