"""A signature that is handed in late names the batch that is open then, and not its sale's.

Breaks H-4 and invariant 11: a trace number is one sale's within its batch only.
"""

from typing import Any

from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """Signatures kept without their batch."""

    class Signatures(base.Signatures):  # type: ignore[name-defined, misc]
        def waiting(self) -> list[dict[str, Any]]:
            batch = self._firmware.storage.batch
            return [{**row, "batch": batch} for row in super().waiting()]

    return base.with_parts(Signatures=Signatures)
