"""Track 2 is read once a day: field 35 is the first card's in every request, field 2 is right.

Breaks invariant 24 (K-1, K-5, K-6): each sale reads its card afresh.
"""

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.records import Pending
from harness.wire.iso8583 import Message


def plant(base: type[Firmware]) -> type[Firmware]:
    """Requests with a track that is never cleared."""

    class Acquiring(base.Acquiring):  # type: ignore[name-defined, misc]
        first = ""

        def request(self, sale: Pending, track_2: str = "") -> Message:
            self.first = self.first or track_2
            made: Message = super().request(sale, self.first if track_2 else "")
            return made

    return base.with_parts(Acquiring=Acquiring)
