"""A reversal's answer is believed whatever trace number, amount, type or MAC it has.

Breaks invariant 12 (N-5): what it undoes may be somebody else's, and the own charge stays.
"""

from harness.sim.terminal.acquiring import REVERSAL
from harness.sim.terminal.firmware import Firmware
from harness.wire.iso8583 import Message


def plant(base: type[Firmware]) -> type[Firmware]:
    """An acquirer's counterpart that looks twice at sales only."""

    class Acquiring(base.Acquiring):  # type: ignore[name-defined, misc]
        def check(self, request: Message, answer: Message) -> None:
            if request.mti != REVERSAL:
                super().check(request, answer)

    return base.with_parts(Acquiring=Acquiring)
