"""The batch is closed although the host has not acknowledged its settlement.

Breaks invariant 9: the batch number changes only after the answer.
"""

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.outcome import Stop
from harness.wire.subfields import Totals


def plant(base: type[Firmware]) -> type[Firmware]:
    """A settlement that takes silence for consent."""

    class Settlement(base.Settlement):  # type: ignore[name-defined, misc]
        def _close(self, totals: Totals) -> None:
            try:
                super()._close(totals)
            except Stop:
                self._storage.open_batch(self._storage.batch + 1)

    return base.with_parts(Settlement=Settlement)
