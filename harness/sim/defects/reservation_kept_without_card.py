"""What the host reserved stands although the card was pulled before it could agree.

Breaks invariants 3 and 4 (K-2): no second GENERATE AC, no reservation.
reader/pulled_after_reservation catches it.
"""

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.outcome import Stop
from harness.sim.terminal.reader import Card
from harness.sim.terminal.records import Pending


def plant(base: type[Firmware]) -> type[Firmware]:
    """A payment that undoes sales alone."""

    class Payment(base.Payment):  # type: ignore[name-defined, misc]
        def finish_card(self, pending: Pending, card: Card) -> None:
            try:
                super().finish_card(pending, card)
            except Stop:
                if pending.deal == "preauth":
                    self._storage.drop_pending(pending.stan)
                raise

    return base.with_parts(Payment=Payment)
