"""The result tells the register the amount without its cents.

Breaks invariant 14 (N-1, K-6): what the register books is not what the cardholder pays.
"""

from dataclasses import replace
from typing import Any

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.outcome import Outcome


def plant(base: type[Firmware]) -> type[Firmware]:
    """A payment that rounds for the register."""

    class Payment(base.Payment):  # type: ignore[name-defined, misc]
        def _outcome(self, *args: Any, **more: Any) -> Outcome:
            said: Outcome = super()._outcome(*args, **more)
            return replace(said, amount=said.amount // 100 * 100)

    return base.with_parts(Payment=Payment)
