"""A sale of nothing is made like any other, and so is one above the limit.

Breaks O-4: operator/amount_edges catches it.
"""

from typing import Any

from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """A payment that takes every amount."""

    class Payment(base.Payment):  # type: ignore[name-defined, misc]
        def check_amount(self, deal: str, amount: int, original: Any) -> None:
            pass

    return base.with_parts(Payment=Payment)
