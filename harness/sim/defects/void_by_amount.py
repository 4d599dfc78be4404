"""A void takes back the newest sale of the amount, not the one that is meant.

Breaks invariant 1 (O-1): another customer's sale is taken back. operator/one_of_two_alike catches
it.
"""

from harness.sim.terminal import books
from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.outcome import Asked
from harness.sim.terminal.records import Entry


def plant(base: type[Firmware]) -> type[Firmware]:
    """A payment that finds its original by amount."""

    class Payment(base.Payment):  # type: ignore[name-defined, misc]
        def original_of(self, asked: Asked, entries: list[Entry]) -> Entry | None:
            found: Entry | None = super().original_of(asked, entries)
            if found is None or asked.deal != "void":
                return found
            alike = [one for one in books.standing(entries) if one.amount == found.amount]
            whole = [one for one in alike if books.original(entries, stan=one.stan) == one]
            return whole[-1]

    return base.with_parts(Payment=Payment)
