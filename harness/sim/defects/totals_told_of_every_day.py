"""A register that asks for the day's totals is told those of every day that is kept.

Breaks invariant 10 (X-5): the settlement itself has the open batch alone.
operator/totals_of_the_new_day catches it.
"""

from harness.sim.terminal import books
from harness.sim.terminal.firmware import Firmware
from harness.wire.subfields import Totals


def plant(base: type[Firmware]) -> type[Firmware]:
    """A settlement that adds up the whole journal where it is only asked."""

    class Settlement(base.Settlement):  # type: ignore[name-defined, misc]
        def totals(self) -> Totals:
            return books.totals(self._storage.every_entry())

    return base.with_parts(Settlement=Settlement)
