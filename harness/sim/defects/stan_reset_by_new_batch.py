"""Each batch counts its trace numbers from 1 again, also on the same day.

Breaks invariant 8 (no number for two transactions of a day): operator/taken_back catches it.
"""

from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """An end of day that begins at the beginning."""

    class EndOfDay(base.EndOfDay):  # type: ignore[name-defined, misc]
        def open_next(self) -> None:
            self._storage.stan = 0
            super().open_next()

    return base.with_parts(EndOfDay=EndOfDay)
