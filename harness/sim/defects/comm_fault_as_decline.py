"""A fault of the line is told to the register and the cardholder as a decline of the card.

Breaks invariant 17: detect and report the cause class, never a card decline.
"""

from harness.sim.terminal.comms import LINE_CAUSES
from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.outcome import Outcome, Stop
from harness.sim.terminal.records import Pending


def plant(base: type[Firmware]) -> type[Firmware]:
    """A payment with one excuse for everything."""

    class Payment(base.Payment):  # type: ignore[name-defined, misc]
        def failed(self, stop: Stop, sale: Pending) -> Outcome:
            outcome: Outcome = super().failed(_excuse(stop), sale)
            return outcome

        def say_why(self, stop: Stop) -> None:
            super().say_why(_excuse(stop))

    return base.with_parts(Payment=Payment)


def _excuse(stop: Stop) -> Stop:
    return Stop("card_declined", "05", declined=True) if stop.cause in LINE_CAUSES else stop
