"""A refund that the host refuses when it is told again stays approved in the journal.

Breaks invariants 10 and 11 (N-3): nothing was given back. host/refund_refused_in_the_end catches
it.
"""

from harness.sim.terminal.firmware import Firmware
from harness.wire.iso8583 import Message


def plant(base: type[Firmware]) -> type[Firmware]:
    """Reversals that do not look at what an advice was answered."""

    class Reversals(base.Reversals):  # type: ignore[name-defined, misc]
        def heard(self, stan: int, answer: Message) -> None:
            super().heard(stan, answer.with_fields({39: "00"}))

    return base.with_parts(Reversals=Reversals)
