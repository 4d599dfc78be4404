"""What the host calls a duplicate (94) is reversed: under that number it may be another sale.

Breaks N-3: host/answer_duplicate catches it.
"""

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.outcome import Stop
from harness.sim.terminal.records import Pending
from harness.sim.terminal.refusals import DUPLICATE
from harness.wire.iso8583 import Message


def plant(base: type[Firmware]) -> type[Firmware]:
    """A payment that undoes what it does not understand."""

    class Payment(base.Payment):  # type: ignore[name-defined, misc]
        def weigh(self, pending: Pending, answer: Message) -> Pending:
            if answer.get(39) == DUPLICATE:
                self.owe(pending, "06")
                raise Stop("batch_conflict", DUPLICATE)
            weighed: Pending = super().weigh(pending, answer)
            return weighed

    return base.with_parts(Payment=Payment)
