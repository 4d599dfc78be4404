"""A reader that goes away during a sale is told as "time out".

Breaks K-8 and invariant 17: reader/reader_lost_in_sale catches it.
"""

from typing import Any

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.outcome import Stop
from harness.sim.terminal.reader import Card


def plant(base: type[Firmware]) -> type[Firmware]:
    """A payment that waits for a card, reader or not."""

    class Payment(base.Payment):  # type: ignore[name-defined, misc]
        def _read_card(self, amount: int, register: Any) -> Card:
            try:
                card: Card = super()._read_card(amount, register)
            except Stop as stop:
                lost = stop.cause == "reader_fault"
                raise (Stop("timed_out") if lost else stop) from stop
            return card

    return base.with_parts(Payment=Payment)
