"""The chip's answer for the first sale is sent with every later one.

Breaks invariant 24 (K-1): what goes out with a sale was read for it.
"""

from dataclasses import replace

from harness.sim.terminal.card_read import Card
from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """A reader whose field 55 is filled once."""

    class CardReader(base.CardReader):  # type: ignore[name-defined, misc]
        kept = ""

        def _read_chip(self, amount: int) -> Card:
            card: Card = super()._read_chip(amount)
            self.kept = self.kept or card.icc
            return replace(card, icc=self.kept)

    return base.with_parts(CardReader=CardReader)
