"""A batch that does not balance is ended without its items.

Breaks invariant 10: N-6 host/unbalanced catches it.
"""

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.records import Closing


def plant(base: type[Firmware]) -> type[Firmware]:
    """An end of day in a hurry."""

    class EndOfDay(base.EndOfDay):  # type: ignore[name-defined, misc]
        def _upload(self, closing: Closing) -> None:
            super()._upload(Closing(closing.batch, 1_000_000))

    return base.with_parts(EndOfDay=EndOfDay)
