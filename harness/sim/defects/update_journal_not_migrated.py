"""A new version with another format of its journal goes on in the old file, and cannot read it.

Breaks invariant 16 (U-4): an update takes no entry of the journal, whichever version runs.
"""

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.journal import OLD, Journal, unseal_new
from harness.sim.terminal.records import Entry, read_journal, unseal_entry


def plant(base: type[Firmware]) -> type[Firmware]:
    """A storage that only knows the format of its own version."""

    class Storage(base.Storage):  # type: ignore[name-defined, misc]
        Journal = _InPlace

    return base.with_parts(Storage=Storage)


class _InPlace(Journal):
    def open(self) -> None:
        pass  # whatever is in the file

    def name(self, batch: int) -> str:
        return f"{OLD}{batch:06d}"

    def every(self) -> list[tuple[list[Entry], int]]:
        names = [name for name in sorted(self._flash.names()) if name.startswith(OLD)]
        return [self._entries(name)[:2] for name in names if not name.endswith(".new")]

    def _entries(self, name: str) -> tuple[list[Entry], int, bool]:
        held = self._flash.read(name) or b""
        return read_journal(held, unseal_new if self._two else unseal_entry)
