"""While the printer is not ready sales are declined, as if it were the card.

Breaks H-1 and invariant 17: the sale stands, and no fault of the terminal is a card decline.
"""

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.outcome import Stop


def plant(base: type[Firmware]) -> type[Firmware]:
    """A payment that finds the printer's trouble in the card."""

    class Payment(base.Payment):  # type: ignore[name-defined, misc]
        def check_allowed(self) -> None:
            super().check_allowed()
            printer = {"paper_out", "cover_open", "paper_jam", "printer_hot"}
            if printer & set(self._alarms.active):
                raise Stop("card_declined", declined=True)

    return base.with_parts(Payment=Payment)
