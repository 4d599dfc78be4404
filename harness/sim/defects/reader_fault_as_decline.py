"""A reader that is gone is told as the issuer's no.

Breaks K-8 and invariant 17: a fault is reported by its cause, never as a decline of the card.
"""

from harness.sim.terminal.card_read import CardTrouble
from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """A reader that has one word for all trouble with it."""

    class CardReader(base.CardReader):  # type: ignore[name-defined, misc]
        def _gone(self) -> CardTrouble:
            trouble: CardTrouble = super()._gone()
            lost = trouble.cause == "reader_fault"
            return CardTrouble("card_declined", "the reader is lost") if lost else trouble

    return base.with_parts(CardReader=CardReader)
