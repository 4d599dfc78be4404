"""Asked what became of an approved sale, the terminal says that it never was.

Breaks nexo Sale to POI 3.1, TransactionStatus (P12; NotFound: not done), and invariants 1 and 14:
the register sells again what was charged.
"""

from typing import Any

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.outcome import Outcome


def plant(base: type[Firmware]) -> type[Firmware]:
    """A memory that keeps failures only."""

    class LastAsked(base.LastAsked):  # type: ignore[name-defined, misc]
        def of(self, number: str = "") -> Any:
            found = super().of(number)
            approved = isinstance(found, Outcome) and found.outcome == "approved"
            return None if approved else found

    return base.with_parts(LastAsked=LastAsked)
