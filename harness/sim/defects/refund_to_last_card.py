"""A refund goes to the card of the last sale, whichever card is presented for it.

Breaks invariant 24 (O-1): one customer's money comes back to another. Journal, paper and register
agree on it. operator/refunded_to_its_own_card catches it.
"""

from dataclasses import replace

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.reader import Card
from harness.sim.terminal.records import Entry, Pending


def plant(base: type[Firmware]) -> type[Firmware]:
    """A payment that gives back to who paid last."""

    class Payment(base.Payment):  # type: ignore[name-defined, misc]
        def _open(self, deal: str, card: Card, amount: int, original: Entry | None) -> Pending:
            sold = [one.number for one in self._storage.journal if one.deal == "sale"]
            if deal == "refund" and any(sold):
                card = replace(card, pan=next(filter(None, reversed(sold))))
            made: Pending = super()._open(deal, card, amount, original)
            return made

    return base.with_parts(Payment=Payment)
