"""A booking or a release takes the oldest reservation that is open, whichever was named.

Breaks invariant 1 (O-1): what refers to another deal is of that one.
"""

from harness.sim.terminal import books
from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.outcome import Asked
from harness.sim.terminal.records import Entry


def plant(base: type[Firmware]) -> type[Firmware]:
    """The number is looked at to see that there is one, and no more."""

    class Payment(base.Payment):  # type: ignore[name-defined, misc]
        def original_of(self, asked: Asked, entries: list[Entry]) -> Entry | None:
            found: Entry | None = super().original_of(asked, entries)
            if found is None or found.deal != "preauth":
                return found
            stands = books.standing(entries)
            used = {entry.original for entry in stands}
            held = (one for one in stands if one.deal == "preauth" and one.key not in used)
            return next(held, found)

    return base.with_parts(Payment=Payment)
