"""The next sale is charged to the card of the sale before it.

Breaks invariant 24: each sale reads its card afresh.
"""

from collections.abc import Callable
from typing import Any

from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """A reader that remembers what it should forget, for one sale."""

    class CardReader(base.CardReader):  # type: ignore[name-defined, misc]
        kept: Any = None

        def read(
            self, amount: int, tell: Callable[[int], None], cancelled: Callable[[], bool]
        ) -> Any:
            fresh = super().read(amount, tell, cancelled)
            stale, self.kept = self.kept, fresh if self.kept is None else None
            return stale or fresh

    return base.with_parts(CardReader=CardReader)
