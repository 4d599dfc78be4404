"""After a copy the register is told receipt numbers that are one ahead of the journal's.

Breaks O-1 (invariant 14): what the register takes back by its number is unknown, or another sale.
operator/taken_back_after_a_copy catches it.
"""

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.outcome import Outcome
from harness.sim.terminal.records import Entry, Pending
from harness.wire.iso8583 import Message


def plant(base: type[Firmware]) -> type[Firmware]:
    """A payment to which a copy is a receipt."""

    class Payment(base.Payment):  # type: ignore[name-defined, misc]
        _ahead = 0

        def reprint(self) -> Entry | None:
            self._ahead = 1
            found: Entry | None = super().reprint()
            return found

        def _outcome(self, outcome: str, sale: Pending, *, cause: str = "", receipt: int = 0,
                     response: str = "") -> Outcome:  # fmt: skip
            receipt += self._ahead if receipt else 0
            made: Outcome = super()._outcome(
                outcome, sale, cause=cause, receipt=receipt, response=response
            )
            return made

        def book(self, pending: Pending, answer: Message | None, receipt: int) -> None:
            super().book(pending, answer, receipt - self._ahead)

    return base.with_parts(Payment=Payment)
