"""A tapped card is told to the host as one whose chip was in the slot (field 22: 05 for 07).

Breaks payment rules 4.3 (K-6): who bears a fraud goes by it. reader/tap_and_go catches it.
"""

from dataclasses import replace

from harness.sim.terminal.card_read import Card
from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.outcome import Register


def plant(base: type[Firmware]) -> type[Firmware]:
    """A payment that knows chips and stripes."""

    class Payment(base.Payment):  # type: ignore[name-defined, misc]
        def _read_card(self, amount: int, register: Register) -> Card:
            card: Card = super()._read_card(amount, register)
            return replace(card, mode=card.mode.replace("07", "05", 1))

    return base.with_parts(Payment=Payment)
