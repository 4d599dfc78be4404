"""A refund without an answer is told again under a new trace number.

Breaks invariant 11 (an advice is repeated as it was): N-1 host/refund_unanswered catches it.
"""

from dataclasses import replace
from typing import Any

from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """Debts of which every try is a new transaction."""

    class Reversals(base.Reversals):  # type: ignore[name-defined, misc]
        def request(self, pending: Any) -> Any:
            if self._storage.is_advice(pending.stan):
                return self._acquiring.request(replace(pending, stan=self._storage.next_stan()))
            return super().request(pending)

    return base.with_parts(Reversals=Reversals)
