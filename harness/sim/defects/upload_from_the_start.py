"""An upload that was broken off begins again at its first item.

Breaks P11 (invariants 10 and 11): it is gone on with, and each item comes once.
"""

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.records import Closing


def plant(base: type[Firmware]) -> type[Firmware]:
    """An end of day that does not look how far it was."""

    class EndOfDay(base.EndOfDay):  # type: ignore[name-defined, misc]
        def _upload(self, closing: Closing) -> None:
            super()._upload(Closing(closing.batch, 0 if closing.uploaded else closing.uploaded))

    return base.with_parts(EndOfDay=EndOfDay)
