"""A chip that declines after the host's approval ends its sale, and the host is told nothing.

Breaks invariant 3 (K-2): declined to the cardholder, and charged. reader/chip_declines_in_the_end
catches it.
"""

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.outcome import Stop
from harness.sim.terminal.reader import Card
from harness.sim.terminal.records import Pending


def plant(base: type[Firmware]) -> type[Firmware]:
    """A payment to which a decline is a decline, whoever says it."""

    class Payment(base.Payment):  # type: ignore[name-defined, misc]
        def finish_card(self, pending: Pending, card: Card) -> None:
            try:
                super().finish_card(pending, card)
            except Stop as stop:
                if stop.cause == "card_declined":
                    self._storage.drop_pending(pending.stan)
                raise

    return base.with_parts(Payment=Payment)
