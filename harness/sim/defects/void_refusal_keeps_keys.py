"""Keys that the host refuses are given up after a sale, and kept after a void.

Breaks invariant 15 (N-3): after A0 or 99 comes a sign-on before anything else.
"""

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.outcome import Stop
from harness.sim.terminal.reader import Card
from harness.sim.terminal.records import Pending
from harness.wire import answers
from harness.wire.iso8583 import Message


def plant(base: type[Firmware]) -> type[Firmware]:
    """A payment that heeds what a void is told a little."""

    class Payment(base.Payment):  # type: ignore[name-defined, misc]
        _deal = ""

        def _exchange(self, pending: Pending, card: Card) -> Message:
            self._deal = pending.deal
            answer: Message = super()._exchange(pending, card)
            return answer

        def heed(self, stop: Stop) -> None:
            if self._deal != "void" or answers.expected(stop.response) != "re_sign_on":
                super().heed(stop)

    return base.with_parts(Payment=Payment)
