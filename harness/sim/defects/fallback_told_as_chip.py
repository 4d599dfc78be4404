"""A stripe that is read because the chip has failed is told to the host as a chip.

Breaks payment rules 4.3 (K-3, K-4): who bears a fraud goes by field 22.
reader/chip_then_stripe catches it.
"""

from dataclasses import replace

from harness.sim.terminal.card_read import Card
from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.outcome import Register


def plant(base: type[Firmware]) -> type[Firmware]:
    """A payment that goes by what the card has, not by what was read of it."""

    class Payment(base.Payment):  # type: ignore[name-defined, misc]
        def _read_card(self, amount: int, register: Register) -> Card:
            card: Card = super()._read_card(amount, register)
            return replace(card, mode=card.mode.replace("02", "05", 1))

    return base.with_parts(Payment=Payment)
