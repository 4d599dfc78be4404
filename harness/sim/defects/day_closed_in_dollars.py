"""The end of day, and what is uploaded of it, is in another currency than what was sold.

Breaks invariant 10 (O-1, N-6; field 49). operator/taken_back and host/unbalanced catch it.
"""

from collections.abc import Mapping

from harness.sim.terminal.firmware import Firmware
from harness.wire.iso8583 import Message

DOLLARS = "840"
CLOSING = ("0500", "0320")


def plant(base: type[Firmware]) -> type[Firmware]:
    """An acquiring whose end of day is of another country's version."""

    class Acquiring(base.Acquiring):  # type: ignore[name-defined, misc]
        def _message(self, mti: str, fields: Mapping[int, str]) -> Message:
            wrong = mti in CLOSING and 49 in fields
            made: Message = super()._message(mti, {**fields, 49: DOLLARS} if wrong else fields)
            return made

    return base.with_parts(Acquiring=Acquiring)
