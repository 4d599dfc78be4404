"""An update begins whatever the supply is.

Breaks U-6: an update waits for a supply, or a battery, that will carry it to its end.
"""

from typing import Any

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.update import Offer


def plant(base: type[Firmware]) -> type[Firmware]:
    """An upkeep that looks at no voltage."""

    class Upkeep(base.Upkeep):  # type: ignore[name-defined, misc]
        def obstacle(self, offer: Offer) -> str:
            cause: str = super().obstacle(offer)
            return "" if cause == self._own.low else cause

        def _close(self, fields: dict[str, Any]) -> None:
            self._closed.enter_context(self._firmware.payment.turn.taken())

    return base.with_parts(Upkeep=Upkeep)
