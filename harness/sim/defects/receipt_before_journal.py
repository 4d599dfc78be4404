"""The receipt is printed before the journal entry is durable.

Breaks invariant 13: a cut while printing leaves a receipt for a sale that the next start reverses.
"""

from typing import Any

from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """A payment that prints first."""

    class Payment(base.Payment):  # type: ignore[name-defined, misc]
        def book(self, pending: Any, answer: Any, receipt: int) -> None:
            entry = self._entry(pending, "approved", answer, receipt)
            self._screen.show("approved")
            self._receipts.print(entry)
            self._storage.record(entry)
            facts = f"stan={entry.stan:06d} amount={entry.amount} pan={entry.pan}"
            self._log.say("pay", f"approved {facts}")

    return base.with_parts(Payment=Payment)
