"""A stripe whose card has a chip is refused once and taken at the second swipe.

Breaks K-3 (fall-back only where the chip was tried): reader/stripe_before_chip catches it.
"""

from harness.sim.terminal.card_read import Card
from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.reader import Cancelled, Tell


def plant(base: type[Firmware]) -> type[Firmware]:
    """A reader that gives in to impatience."""

    class CardReader(base.CardReader):  # type: ignore[name-defined, misc]
        _swipes = 0

        def read(self, amount: int, tell: Tell, cancelled: Cancelled) -> Card:
            self._swipes = 0
            card: Card = super().read(amount, tell, cancelled)
            return card

        def may_swipe(self, service: str, *, chip_failed: bool) -> bool:
            self._swipes += 1
            return self._swipes > 1 or bool(super().may_swipe(service, chip_failed=chip_failed))

    return base.with_parts(CardReader=CardReader)
