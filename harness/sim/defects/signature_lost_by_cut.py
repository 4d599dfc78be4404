"""Signatures wait in memory for the settlement: a start finds none.

Breaks H-4 and invariant 11: what is not uploaded yet is stored, and reaches the host.
"""

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.pad import KEPT


def plant(base: type[Firmware]) -> type[Firmware]:
    """A pad whose queue dies with its supply."""

    class Signatures(base.Signatures):  # type: ignore[name-defined, misc]
        def check(self) -> None:
            self._firmware.storage.remember(KEPT, [])
            super().check()

    return base.with_parts(Signatures=Signatures)
