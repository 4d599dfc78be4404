"""A dump of what was booked is broken into short lines, in the midst of the card number.

Breaks invariant 19 (N-1, N-3): no card number in any form, split across log lines included.
"""

from typing import Any

from harness.sim.terminal.firmware import Firmware

WIDTH = 8  # digits that go on a line


def plant(base: type[Firmware]) -> type[Firmware]:
    """A payment that dumps, line by line."""

    class Payment(base.Payment):  # type: ignore[name-defined, misc]
        def book(self, pending: Any, answer: Any, receipt: Any) -> None:
            number = pending.pan
            self._log.line("D", "dump", f"a4 {number[:WIDTH]}")
            self._log.line("D", "dump", f"{number[WIDTH:]} 0c")
            super().book(pending, answer, receipt)

    return base.with_parts(Payment=Payment)
