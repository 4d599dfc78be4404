"""The cardholder is asked to pay the amount of the sale before.

Breaks invariant 1 (O-1): who holds his card to the terminal goes by its display. Any story with two
sales of two amounts catches it.
"""

from typing import Any

from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """A reader whose prompt is written before the amount is taken over."""

    class CardReader(base.CardReader):  # type: ignore[name-defined, misc]
        _prompted = 0

        def _ask(self, wish: Any) -> None:
            mine = wish.amount
            wish.amount = self._prompted or mine
            super()._ask(wish)
            self._prompted = wish.amount = mine

    return base.with_parts(CardReader=CardReader)
