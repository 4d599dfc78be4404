"""An issuer that cannot be reached is the card's fault where it is no sale.

Breaks N-3 (invariant 17): a host in trouble is no decline.
"""

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.outcome import Outcome, Stop
from harness.sim.terminal.records import Pending
from harness.wire import answers


def plant(base: type[Firmware]) -> type[Firmware]:
    """A payment with one word for refused voids."""

    class Payment(base.Payment):  # type: ignore[name-defined, misc]
        def failed(self, stop: Stop, sale: Pending) -> Outcome:
            if sale.deal != "sale" and answers.expected(stop.response) == "retry_later":
                stop = Stop("card_declined", stop.response, declined=True)
            outcome: Outcome = super().failed(stop, sale)
            return outcome

    return base.with_parts(Payment=Payment)
