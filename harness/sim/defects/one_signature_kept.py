"""There is room for one signature: the next one takes its place before it was handed in.

Breaks H-4 and invariant 11: each item reaches the host.
"""

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.pad import KEPT


def plant(base: type[Firmware]) -> type[Firmware]:
    """A record instead of a list."""

    class Signatures(base.Signatures):  # type: ignore[name-defined, misc]
        def keep(self, stan: int, *, signed: bool) -> None:
            self._firmware.storage.remember(KEPT, [])
            super().keep(stan, signed=signed)

    return base.with_parts(Signatures=Signatures)
