"""After a sale that was broken off, the next one is charged to the card that was read for it.

Breaks invariant 24 (K-1, K-2): after any abort the next card is read afresh.
"""

from collections.abc import Callable
from typing import Any

from harness.sim.terminal.card_read import CardTrouble
from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """A reader that keeps what it read until a sale is through."""

    class CardReader(base.CardReader):  # type: ignore[name-defined, misc]
        kept: Any = None

        def read(
            self, amount: int, tell: Callable[[str], None], cancelled: Callable[[], bool]
        ) -> Any:
            fresh = super().read(amount, tell, cancelled)
            stale, self.kept = self.kept, None
            self.latest = stale or fresh
            return self.latest

        def complete(self, card: Any, *, approved: bool) -> None:
            try:
                super().complete(card, approved=approved)
            except CardTrouble:
                self.kept = card
                raise

    return base.with_parts(CardReader=CardReader)
