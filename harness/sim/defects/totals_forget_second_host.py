"""What was sold over the secondary host is left out of the settlement's totals.

Breaks invariant 10 (N-4): both lead to the same books. host/settled_at_second_host catches it.
"""

from harness.sim.terminal import books
from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.flash import Flash
from harness.sim.terminal.log import Log
from harness.sim.terminal.records import Entry
from harness.wire.subfields import Totals


def plant(base: type[Firmware]) -> type[Firmware]:
    """A storage that is told where each sale was made, and adds up those of the primary host."""

    class Storage(base.Storage):  # type: ignore[name-defined, misc]
        def __init__(self, flash: Flash, log: Log) -> None:
            super().__init__(flash, log)
            self.elsewhere = False
            self._others: set[int] = set()

        def record(self, entry: Entry) -> None:
            if self.elsewhere:
                self._others.add(entry.stan)
            super().record(entry)

        def totals(self) -> Totals:
            return books.totals(one for one in self.journal if one.stan not in self._others)

    class Comms(base.Comms):  # type: ignore[name-defined, misc]
        def settle_on(self, cause: str | None) -> None:
            super().settle_on(cause)
            self._storage.elsewhere = self._host.hosts.spared is not None

    return base.with_parts(Storage=Storage, Comms=Comms)
