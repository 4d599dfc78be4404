"""A void that the host refuses with 12 or 25 is told as done: a reversal ends by those, after all.

Breaks invariants 3 and 12 (N-3): the customer is told of money that never comes back.
host/void_refused catches it.
"""

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.records import Pending
from harness.wire import answers
from harness.wire.iso8583 import Message


def plant(base: type[Firmware]) -> type[Firmware]:
    """A payment that takes the codes of a reversal's end for those of a void's."""

    class Payment(base.Payment):  # type: ignore[name-defined, misc]
        def weigh(self, pending: Pending, answer: Message) -> Pending:
            if pending.deal == "void" and answer.get(39) in answers.REVERSAL_DONE:
                answer = answer.with_fields({39: "00"})
            return super().weigh(pending, answer)  # type: ignore[no-any-return]

    return base.with_parts(Payment=Payment)
