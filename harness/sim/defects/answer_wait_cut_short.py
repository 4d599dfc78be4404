"""A sale is given up and reversed long before the wait for its answer is over.

Breaks N-1: an answer within the wait (60 s) counts; each impatient reversal loses a good sale.
"""

from dataclasses import replace
from typing import Any

from harness.sim.terminal.firmware import Firmware

IMPATIENCE = 5.0  # s


def plant(base: type[Firmware]) -> type[Firmware]:
    """A payment that cannot wait."""

    class Payment(base.Payment):  # type: ignore[name-defined, misc]
        def __init__(self, *parts: Any, **named: Any) -> None:
            super().__init__(*parts, **named)
            self._times = replace(named["personality"].times, response=IMPATIENCE)

    return base.with_parts(Payment=Payment)
