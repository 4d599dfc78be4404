"""The void of a completion is added to what was taken, not to what was given back.

Breaks invariant 10 (N-1): debits and credits, by count and amount.
host/reservations_undone catches it.
"""

from harness.sim.terminal import books
from harness.sim.terminal.firmware import Firmware
from harness.wire.subfields import Totals


def plant(base: type[Firmware]) -> type[Firmware]:
    """A storage that takes a completion's void for a completion."""

    class Storage(base.Storage):  # type: ignore[name-defined, misc]
        def totals(self) -> Totals:
            found = super().totals()
            stands = books.standing(self.journal)
            wrong = [one.amount for one in stands if one.deal == "completion_void"]
            return Totals(
                found.debit + sum(wrong), found.debits + len(wrong),
                found.credit - sum(wrong), found.credits - len(wrong),
            )  # fmt: skip

    return base.with_parts(Storage=Storage)
