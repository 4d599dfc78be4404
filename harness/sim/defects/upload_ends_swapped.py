"""An upload for want of a balance is ended as one that balances (60.3 = 207 instead of 202).

Breaks invariant 10 (defect h of the public list): N-6 host/unbalanced catches it.
"""

from typing import Any

from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """Messages with the two ends mixed up."""

    class Acquiring(base.Acquiring):  # type: ignore[name-defined, misc]
        def upload_end(self, stan: int, batch: int, count: int, *, balanced: bool) -> Any:
            return super().upload_end(stan, batch, count, balanced=not balanced)

    return base.with_parts(Acquiring=Acquiring)
