"""An upload that was broken off goes on behind the item that was under way.

Breaks P11 and N-6 (invariants 10 and 11): each item once, and none left out.
"""

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.records import Closing


def plant(base: type[Firmware]) -> type[Firmware]:
    """An end of day that takes what was sent for what has come."""

    class EndOfDay(base.EndOfDay):  # type: ignore[name-defined, misc]
        def _upload(self, closing: Closing) -> None:
            done = closing.uploaded
            super()._upload(Closing(closing.batch, None if done is None else done + 1))

    return base.with_parts(EndOfDay=EndOfDay)
