"""A settlement that the host refuses twice closes the batch: twice the same answer must be final.

Breaks invariants 9 and 10 (P10): the batch is open at the host. host/settlement_refused_for_a_while
catches it.
"""

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.outcome import Stop
from harness.wire.subfields import Totals


def plant(base: type[Firmware]) -> type[Firmware]:
    """An end of day that loses patience."""

    class EndOfDay(base.EndOfDay):  # type: ignore[name-defined, misc]
        _refused = 0

        def agree(self, totals: Totals) -> bool:
            try:
                return bool(super().agree(totals))
            except Stop as stop:
                self._refused += bool(stop.response)
                if self._refused < 2:
                    raise
                self._refused = 0
                return True

    return base.with_parts(EndOfDay=EndOfDay)
