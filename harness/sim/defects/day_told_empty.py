"""The register is told what the new batch comes to when a day is closed: nothing.

Breaks invariant 10 (X-5): a register closes its own day by that sum.
"""

from typing import Any

from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """Totals are looked up when they are told."""

    class Commands(base.Dialogue.Commands):  # type: ignore[name-defined, misc]
        def _tell_totals(self, batch: Any, cause: str = "") -> None:
            super()._tell_totals(self._batch(), cause)

    return base.with_parts(Dialogue=type("Dialogue", (base.Dialogue,), {"Commands": Commands}))
