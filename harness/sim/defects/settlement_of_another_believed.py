"""A settlement's answer is believed whatever trace number, terminal or type it has.

Breaks invariants 9 and 12 (P10): a batch closes by the answer to its own settlement.
"""

from harness.sim.terminal.acquiring import SETTLEMENT
from harness.sim.terminal.firmware import Firmware
from harness.wire.iso8583 import Message


def plant(base: type[Firmware]) -> type[Firmware]:
    """An acquirer's counterpart that looks twice at sales only."""

    class Acquiring(base.Acquiring):  # type: ignore[name-defined, misc]
        def check(self, request: Message, answer: Message) -> None:
            if request.mti != SETTLEMENT:
                super().check(request, answer)

    return base.with_parts(Acquiring=Acquiring)
