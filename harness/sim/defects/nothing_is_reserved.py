"""Amounts are looked at in sales only: nothing can be reserved, and given back.

Breaks O-4: an amount of nothing is refused, and nothing is sent.
"""

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.records import Entry


def plant(base: type[Firmware]) -> type[Firmware]:
    """A payment that checks what a cashier keys in most."""

    class Payment(base.Payment):  # type: ignore[name-defined, misc]
        def check_amount(self, deal: str, amount: int, original: Entry | None) -> None:
            if deal == "sale":
                super().check_amount(deal, amount, original)

    return base.with_parts(Payment=Payment)
