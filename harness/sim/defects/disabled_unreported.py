"""That the acquirer does not accept the terminal is told as a card that was declined.

Breaks B1 and G-3: host/disabled catches it.
"""

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.outcome import Stop


def plant(base: type[Firmware]) -> type[Firmware]:
    """A payment that blames the card, and a line that says nothing."""

    class Payment(base.Payment):  # type: ignore[name-defined, misc]
        def heed(self, stop: Stop) -> None:
            if stop.cause == "terminal_disabled":
                stop.cause, stop.declined = "card_declined", True
                return
            super().heed(stop)

    return base.with_parts(Payment=Payment)
