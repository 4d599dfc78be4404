"""A host in trouble is told as such once; the second time it is the card that is declined.

Breaks N-3 (invariant 17): host/in_trouble_again catches it.
"""

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.outcome import Stop
from harness.wire import answers


def plant(base: type[Firmware]) -> type[Firmware]:
    """A counter of bad answers that blames the card in the end."""

    class Payment(base.Payment):  # type: ignore[name-defined, misc]
        troubles = 0

        def heed(self, stop: Stop) -> None:
            later = answers.expected(stop.response) == "retry_later"
            self.troubles += later
            if later and self.troubles > 1:
                stop.cause, stop.declined = "card_declined", True
            super().heed(stop)

    return base.with_parts(Payment=Payment)
