"""What is only reserved is in the totals as if it were charged.

Breaks invariant 10: host/reservations catches it.
"""

from harness.sim.terminal import books
from harness.sim.terminal.firmware import Firmware
from harness.wire.subfields import Totals


def plant(base: type[Firmware]) -> type[Firmware]:
    """A storage that counts reservations."""

    class Storage(base.Storage):  # type: ignore[name-defined, misc]
        def totals(self) -> Totals:
            found = super().totals()
            held = [one.amount for one in books.standing(self.journal) if one.deal == "preauth"]
            return Totals(
                found.debit + sum(held), found.debits + len(held), found.credit, found.credits
            )

    return base.with_parts(Storage=Storage)
