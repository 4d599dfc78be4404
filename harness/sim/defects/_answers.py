"""What planted bugs of answers have in common: they are not looked at, or are taken for a no."""

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from harness.sim.terminal.firmware import Firmware
    from harness.sim.terminal.outcome import Outcome, Stop
    from harness.sim.terminal.records import Pending
    from harness.wire.iso8583 import Message


def unchecked(base: "type[Firmware]", mti: str) -> "type[Firmware]":
    """The answer to this type of request is believed as it comes."""

    class Acquiring(base.Acquiring):  # type: ignore[name-defined, misc]
        def check(self, request: "Message", answer: "Message") -> None:
            if request.mti != mti:
                super().check(request, answer)

    return base.with_parts(Acquiring=Acquiring)


def excused(base: "type[Firmware]", excuse: "Callable[[Stop], Stop]") -> "type[Firmware]":
    """A payment that gives register and cardholder another reason than it had."""

    class Payment(base.Payment):  # type: ignore[name-defined, misc]
        def failed(self, stop: "Stop", sale: "Pending") -> "Outcome":
            outcome: Outcome = super().failed(excuse(stop), sale)
            return outcome

        def say_why(self, stop: "Stop") -> None:
            super().say_why(excuse(stop))

    return base.with_parts(Payment=Payment)
