"""The trace number is stored only with the journal entry.

Breaks invariant 8 (defect f): after a power cut in mid-sale the next request repeats the number.
"""

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.records import Entry


def plant(base: type[Firmware]) -> type[Firmware]:
    """A storage that counts in memory."""

    class Storage(base.Storage):  # type: ignore[name-defined, misc]
        def next_stan(self) -> int:
            self.stan += 1
            return int(self.stan)

        def record(self, entry: Entry) -> None:
            super().record(entry)
            self.save_counters()

    return base.with_parts(Storage=Storage)
