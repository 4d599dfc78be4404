"""What a register asked for is kept in the working memory: after a cut nobody knows of it.

Breaks nexo Sale to POI 3.1, TransactionStatus (P12, P-1), and invariants 2 and 14: the sale stands
in the journal, and the register is told that it never was.
"""

from typing import Any

from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """A memory without a flash."""

    class LastAsked(base.LastAsked):  # type: ignore[name-defined, misc]
        def of(self, number: str = "") -> Any:
            fresh = getattr(self, "_ended", "") or self._running is not None
            return super().of(number) if fresh or not self._firmware.state.up else None

        def end(self, number: str, outcome: Any) -> None:
            super().end(number, outcome)
            self._ended = number

    return base.with_parts(LastAsked=LastAsked)
