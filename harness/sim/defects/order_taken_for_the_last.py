"""Asked after a cut about an order that never went to the host, it tells of the one before it.

Breaks invariant 14 (P-1): who asks by a number hears of that one, or that there is none.
"""

from typing import Any

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.outcome import Outcome


def plant(base: type[Firmware]) -> type[Firmware]:
    """The last record is the last order's."""

    class LastAsked(base.LastAsked):  # type: ignore[name-defined, misc]
        def after_cut(self, held: dict[str, Any]) -> Outcome | None:
            last: Outcome | None = self._firmware.settlement.last_outcome()
            return last

    return base.with_parts(LastAsked=LastAsked)
