"""The chip's cryptogram is over the amount of the sale before.

Breaks invariant 24 (K-5; EMV book 3, 9.2.2): the issuer compares 9F02 with field 4. Any two sales
of two amounts by chip catch it, operator/two_cards_in_a_row among them.
"""

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.reader import Card


def plant(base: type[Firmware]) -> type[Firmware]:
    """A reader that fills the chip's list before it takes the amount over."""

    class CardReader(base.CardReader):  # type: ignore[name-defined, misc]
        _asked = 0

        def _read_chip(self, amount: int) -> Card:
            before, self._asked = self._asked or amount, amount
            card: Card = super()._read_chip(before)
            return card

    return base.with_parts(CardReader=CardReader)
