"""An upload that was broken off is forgotten by a cut: the batch is sold in again.

Breaks P11 and invariant 9: power/cut_while_uploading catches it.
"""

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.records import Closing


def plant(base: type[Firmware]) -> type[Firmware]:
    """A storage that keeps how far it is in memory only."""

    class Storage(base.Storage):  # type: ignore[name-defined, misc]
        def save_closing(self, closing: Closing) -> None:
            self.closing = closing

    return base.with_parts(Storage=Storage)
