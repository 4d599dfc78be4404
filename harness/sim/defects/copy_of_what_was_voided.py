"""A copy asked for after a void is of the sale that was taken back: APPROVED, with its amount.

Breaks invariants 2 and 13 (H-1): the last receipt is the void's.
operator/copy_of_a_void catches it.
"""

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.records import Entry


def plant(base: type[Firmware]) -> type[Firmware]:
    """A payment that prints the last sale again."""

    class Payment(base.Payment):  # type: ignore[name-defined, misc]
        def reprint(self) -> Entry | None:
            sold = [
                one for one in self._storage.journal
                if (one.deal, one.outcome) == ("sale", "approved")
            ]  # fmt: skip
            with self.turn.taken():
                if sold:
                    self._receipts.print(sold[-1], copy=True)
            return sold[-1] if sold else None

    return base.with_parts(Payment=Payment)
