"""The upload of a batch brings the reservations as well.

Breaks invariant 10 (N-6): what is uploaded is what the totals are made of.
host/unbalanced_with_reservation catches it.
"""

from harness.sim.terminal import books
from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.records import Closing


def plant(base: type[Firmware]) -> type[Firmware]:
    """An end of day that uploads whatever stands."""

    class EndOfDay(base.EndOfDay):  # type: ignore[name-defined, misc]
        def _upload(self, closing: Closing) -> None:
            for entry in books.standing(self._storage.journal):
                if entry.deal == "preauth":
                    self._ask(self._message([entry]))
            super()._upload(closing)

    return base.with_parts(EndOfDay=EndOfDay)
