"""The batch is closed although the host has not acknowledged its settlement.

Breaks invariant 9 (P10): the batch number changes only after the answer.
"""

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.outcome import Stop


def plant(base: type[Firmware]) -> type[Firmware]:
    """An end of day that takes silence for consent."""

    class EndOfDay(base.EndOfDay):  # type: ignore[name-defined, misc]
        def go_on(self) -> bool:
            try:
                return bool(super().go_on())
            except Stop:
                self._storage.open_batch(self._storage.batch + 1)
                return True

    return base.with_parts(EndOfDay=EndOfDay)
