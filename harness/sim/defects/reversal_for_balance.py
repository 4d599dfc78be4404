"""A balance that nobody answers is reversed as if it had moved money.

Breaks Q/CUP 009.1 (an inquiry is never reversed): N-1 host/balance_unanswered catches it.
"""

from typing import Any

from harness.sim.terminal.comms import NoAnswer
from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.records import Pending


def plant(base: type[Firmware]) -> type[Firmware]:
    """A payment that reverses whatever had no answer."""

    class Payment(base.Payment):  # type: ignore[name-defined, misc]
        def _exchange(self, pending: Pending, card: Any) -> Any:
            try:
                return super()._exchange(pending, card)
            except NoAnswer:
                if pending.deal == "balance":
                    self._storage.save_pending(pending)
                raise

    return base.with_parts(Payment=Payment)
