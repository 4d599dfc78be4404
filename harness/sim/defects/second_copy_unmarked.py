"""The second copy of a receipt does not say that it is one.

Breaks invariant 13 (H-1): a reprint is marked. operator/copied_twice catches it.
"""

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.records import Entry


def plant(base: type[Firmware]) -> type[Firmware]:
    """Receipts whose mark is used up by the first copy."""

    class Receipts(base.Receipts):  # type: ignore[name-defined, misc]
        _copied = ""

        def print(self, entry: Entry, *, copy: bool = False) -> bool:
            again, self._copied = copy and entry.key == self._copied, entry.key * copy
            return bool(super().print(entry, copy=copy and not again))

    return base.with_parts(Receipts=Receipts)
