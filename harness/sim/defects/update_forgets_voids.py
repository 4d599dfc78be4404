"""A version with another journal does not take over what each void was of: sales are voided again.

Breaks U-4 (invariants 1 and 2): what was given back once is given back again, or would be.
firmware/taken_back_before_update catches it.
"""

from dataclasses import replace

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.records import Entry


def plant(base: type[Firmware]) -> type[Firmware]:
    """A journal whose second format has a field less."""

    class Journal(base.Storage.Journal):  # type: ignore[name-defined, misc]
        def _entries(self, name: str) -> tuple[list[Entry], int, bool]:
            entries, damaged, torn = super()._entries(name)
            if self._two:
                entries = [replace(entry, original="") for entry in entries]
            return entries, damaged, torn

    class Storage(base.Storage):  # type: ignore[name-defined, misc]
        pass

    Storage.Journal = Journal
    return base.with_parts(Storage=Storage)
