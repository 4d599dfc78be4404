"""What was given back on one day is in the totals of the next day as well.

Breaks invariant 10 (X-5): the totals are the batch's own. ageing/two_days catches it.
"""

from dataclasses import replace

from harness.sim.terminal import books
from harness.sim.terminal.firmware import Firmware
from harness.wire.subfields import Totals


def plant(base: type[Firmware]) -> type[Firmware]:
    """A storage whose counters of credits are not set to nothing."""

    class Storage(base.Storage):  # type: ignore[name-defined, misc]
        _before = Totals()

        def open_batch(self, number: int) -> None:
            self._before = books.totals(self.journal)
            super().open_batch(number)

        def totals(self) -> Totals:
            now: Totals = super().totals()
            old = self._before
            return replace(now, credit=now.credit + old.credit, credits=now.credits + old.credits)

    return base.with_parts(Storage=Storage)
