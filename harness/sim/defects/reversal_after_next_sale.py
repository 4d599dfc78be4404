"""A pending reversal waits until the next sale has been made.

Breaks invariant 4: the 0400 must precede the terminal's next financial request.
"""

from typing import Any

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.outcome import Stop


def plant(base: type[Firmware]) -> type[Firmware]:
    """A payment that sells first and reverses afterwards."""

    class Payment(base.Payment):  # type: ignore[name-defined, misc]
        def clear_the_way(self, register: Any) -> None:
            cause = self._comms.wanted()
            if cause is not None:
                raise Stop(cause)

        def book(self, pending: Any, answer: Any, receipt: int) -> None:
            super().book(pending, answer, receipt)
            self._reversals.settle_debts()

    class Reversals(base.Reversals):  # type: ignore[name-defined, misc]
        def is_due(self) -> bool:
            return False  # it is done with the next sale

    return base.with_parts(Payment=Payment, Reversals=Reversals)
