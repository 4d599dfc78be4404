"""Field 4 has room for eight digits only: of 1234567.89 the host is asked for 234567.89.

Breaks invariant 1 (O-4): the amounts that an acquirer declines for their size go through, or go
through as others. operator/amount_of_nine_digits catches it.
"""

from collections.abc import Mapping

from harness.sim.terminal.firmware import Firmware
from harness.wire.iso8583 import Message


def plant(base: type[Firmware]) -> type[Firmware]:
    """Messages with a narrow amount."""

    class Acquiring(base.Acquiring):  # type: ignore[name-defined, misc]
        def _message(self, mti: str, fields: Mapping[int, str]) -> Message:
            if fields.get(4):
                fields = {**fields, 4: fields[4][-8:].zfill(12)}
            made: Message = super()._message(mti, fields)
            return made

    return base.with_parts(Acquiring=Acquiring)
