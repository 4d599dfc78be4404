"""After a sale in which two cards were in the field, no sale hears the field until a restart.

Breaks K-6 (E1): reader/two_cards catches it.
"""

from typing import Any

from harness.sim.terminal.card_read import Wrong
from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """A collision leaves the reader's chip waiting for a reset that nobody gives it."""

    class CardReader(base.CardReader):  # type: ignore[name-defined, misc]
        collided = deaf = False

        def read(self, *wish: Any) -> object:
            self.deaf = self.collided
            return super().read(*wish)

        def _await_card(self, wish: Any) -> tuple[str, str]:
            entry, bits = super()._await_card(wish)
            while self.deaf and entry == "contactless":
                if self._clock.now() >= wish.until:
                    raise self._timed_out(wish)
                self._clock.sleep(0.5)
                entry, bits = super()._await_card(wish)
            return entry, bits

        def _count(self, wrong: Wrong, wish: Any) -> None:
            self.collided |= wrong.cause == "several_cards"
            super()._count(wrong, wish)

    return base.with_parts(CardReader=CardReader)
