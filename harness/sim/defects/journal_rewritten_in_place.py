"""The journal is written anew in place with every entry, instead of one line at its end.

Breaks invariant 2 (scenario P-6): a dip to 40 % while it is written tears what was good before.
"""

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.records import Entry, seal_record


def plant(base: type[Firmware]) -> type[Firmware]:
    """A storage with one file and no second copy."""

    class Storage(base.Storage):  # type: ignore[name-defined, misc]
        def record(self, entry: Entry) -> None:
            whole = b"".join(map(seal_record, [*self.journal, entry]))
            self._flash.delete(self._journal_name(entry.batch))
            self._flash.sync()
            self._flash.write(self._journal_name(entry.batch), whole)
            self.make_durable()
            if entry.batch == self.batch:
                self.journal.append(entry)
            if entry.stan in self.pending:
                self.drop_pending(entry.stan)

    return base.with_parts(Storage=Storage)
