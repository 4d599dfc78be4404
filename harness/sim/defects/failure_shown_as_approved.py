"""A sale that failed for want of a line ends with APPROVED on the display.

Breaks invariant 14: the cardholder walks out with goods that nobody has paid for.
"""

from harness.sim.terminal.comms import LINE_CAUSES
from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.outcome import Stop


def plant(base: type[Firmware]) -> type[Firmware]:
    """A payment that always smiles."""

    class Payment(base.Payment):  # type: ignore[name-defined, misc]
        def say_why(self, stop: Stop) -> None:
            super().say_why(stop)
            if stop.cause in LINE_CAUSES:
                self._screen.show("approved")

    return base.with_parts(Payment=Payment)
