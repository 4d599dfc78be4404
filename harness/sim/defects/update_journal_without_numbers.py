"""A version with another journal leaves the card numbers behind: nothing of before can be voided.

Breaks U-4 and invariant 16 (the journal is intact behind an update): firmware/new_journal catches
it.
"""

from collections.abc import Iterable
from dataclasses import replace

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.journal import NEW, OLD, seal_new, unseal_new


def plant(base: type[Firmware]) -> type[Firmware]:
    """A migration that forgets a field."""

    class Journal(base.Storage.Journal):  # type: ignore[name-defined, misc]
        def migrate(self, olds: Iterable[str]) -> None:
            names = list(olds)
            super().migrate(names)
            for name in (NEW + old.removeprefix(OLD) for old in names):
                lines = (self._flash.read(name) or b"").splitlines(keepends=True)
                whole = [entry for entry in map(unseal_new, lines) if entry is not None]
                self._replace(name, b"".join(seal_new(replace(one, number="")) for one in whole))

    return base.with_parts(Storage=type("Storage", (base.Storage,), {"Journal": Journal}))
