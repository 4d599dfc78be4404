"""Approved is what comes with 00 alone: a guest of rank, or a defective success, is told no.

Breaks invariants 1 and 3 (N-3): what is charged is told as declined; 11, A2 and A4 to A6 approve.
host/answer_approved_otherwise catches it.
"""

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.records import Pending
from harness.wire import answers
from harness.wire.iso8583 import Message


def plant(base: type[Firmware]) -> type[Firmware]:
    """A payment that knows one code of approval."""

    class Payment(base.Payment):  # type: ignore[name-defined, misc]
        def weigh(self, pending: Pending, answer: Message) -> Pending:
            code = answer.get(39)
            if code != "00" and answers.expected(code) == "approve":
                answer = answer.with_fields({39: "05"})
            return super().weigh(pending, answer)  # type: ignore[no-any-return]

    return base.with_parts(Payment=Payment)
