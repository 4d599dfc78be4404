"""A refund is taken off the sum of the debits, and is no credit.

Breaks invariant 10 (X-5): totals are debits and credits, by count and amount.
"""

from harness.sim.terminal import books
from harness.sim.terminal.firmware import Firmware
from harness.wire.subfields import Totals


def plant(base: type[Firmware]) -> type[Firmware]:
    """The net is right."""

    class Storage(base.Storage):  # type: ignore[name-defined, misc]
        def totals(self) -> Totals:
            all_of: Totals = super().totals()
            stands = books.standing(self.journal)
            back = [entry.amount for entry in stands if entry.deal == "refund"]
            return Totals(
                all_of.debit - sum(back), all_of.debits,
                all_of.credit - sum(back), all_of.credits - len(back),
            )  # fmt: skip

    return base.with_parts(Storage=Storage)
