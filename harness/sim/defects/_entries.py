"""What planted bugs of one way of entry have in common: the payment that treats it as another."""

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from harness.sim.terminal.card_read import Card
    from harness.sim.terminal.firmware import Firmware
    from harness.sim.terminal.outcome import Register
    from harness.sim.terminal.records import Pending


def told_as_chip(base: "type[Firmware]", way: str) -> "type[Firmware]":
    """The host is told 05, a chip in the slot, for ``way`` (ISO 8583, field 22: 02, 07 ...)."""

    class Payment(base.Payment):  # type: ignore[name-defined, misc]
        def _read_card(self, amount: int, register: "Register") -> "Card":
            card: Card = super()._read_card(amount, register)
            return replace(card, mode=card.mode.replace(way, "05", 1))

    return base.with_parts(Payment=Payment)


def not_reversed(base: "type[Firmware]", entry: str) -> "type[Firmware]":
    """What is owed for a card that was read by ``entry`` is dropped."""

    class Payment(base.Payment):  # type: ignore[name-defined, misc]
        def owe(self, pending: "Pending", reason: str) -> None:
            if pending.entry == entry:
                self._storage.drop_pending(pending.stan)
            else:
                super().owe(pending, reason)

    return base.with_parts(Payment=Payment)
