"""An answer to another merchant is taken for its own.

Breaks invariant 12 (N-2): field 42 of an answer is the request's.
"""

from dataclasses import replace

from harness.sim.terminal.firmware import Firmware
from harness.wire.iso8583 import Message


def plant(base: type[Firmware]) -> type[Firmware]:
    """Field 42 is not looked at; the MAC is, over the answer as it came."""

    class Acquiring(base.Acquiring):  # type: ignore[name-defined, misc]
        def check(self, request: Message, answer: Message) -> None:
            super().check(replace(request, fields={**request.fields, 42: answer.get(42)}), answer)

    return base.with_parts(Acquiring=Acquiring)
