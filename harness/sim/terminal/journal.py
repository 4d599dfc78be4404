"""The journal's files, in the format of the version that runs.

The first format has entries by the names of their fields, in ``journal.<batch>``; a later version
(``journal 2``) has them in the order of their fields, in ``journal2.<batch>``. It makes its files
from the older ones and keeps both as long as it is on trial, for the version that may come back can
read its own alone. While an older file is there it is the truth: a migration that was cut is done
again from it, and what a cut tore of the newer one does not matter.
"""

import dataclasses
import json
import zlib
from collections.abc import Callable, Iterable

from harness.sim.terminal.flash import Flash
from harness.sim.terminal.records import Entry, read_journal, seal_record, unseal_entry

OLD, NEW = "journal.", "journal2."
FIELDS = [field.name for field in dataclasses.fields(Entry)]


class Journal:
    """All batches' files. Methods that read or write wait.

    Args:
        flash: Where they are.
        replace: Puts a file in another's place, power-safe.
    """

    def __init__(self, flash: Flash, replace: Callable[[str, bytes], None]) -> None:
        self._flash = flash
        self._replace = replace
        self._two = self._trial = self._both = False

    def written_by(self, *, two: bool, trial: bool) -> None:
        """The version that runs writes the second format; it is on trial, and may be given up."""
        self._two, self._trial = two, trial

    def open(self) -> None:
        """At a start: have the files in the format of the version that runs."""
        names = [name for name in self._flash.names() if not name.endswith(".new")]
        olds = [name for name in names if name.startswith(OLD)]
        news = [name for name in names if name.startswith(NEW)]
        self._two |= bool(news and not olds)  # later versions read what earlier ones left
        self._both = self._two and self._trial
        if self._two:
            self.migrate(olds)
        elif news:  # of a version that was given up
            self._drop(news)

    def migrate(self, olds: Iterable[str]) -> None:
        """Make the newer files from the older ones; those go when there is no way back."""
        for old in olds:
            held = self._flash.read(old) or b""
            lines = held.splitlines(keepends=True)
            self._replace(NEW + old.removeprefix(OLD), b"".join(map(migrated, lines)))
        if not self._both:
            self._drop(olds)

    def confirm(self) -> None:
        """The version that runs stays: nobody needs the older files any more."""
        if self._both:
            self._both = False
            self._drop([name for name in self._flash.names() if name.startswith(OLD)])

    def name(self, batch: int) -> str:
        """A batch's file."""
        return f"{NEW if self._two else OLD}{batch:06d}"

    def read(self, batch: int) -> tuple[list[Entry], int, bool]:
        """Entries, how many lines are damaged, whether the tail is torn (``read_journal``)."""
        return self._entries(self.name(batch))

    def append(self, entry: Entry) -> None:
        """One entry more; durable with the next sync."""
        if self._both:
            self._flash.append(f"{OLD}{entry.batch:06d}", seal_record(entry))
        self._flash.append(self.name(entry.batch), self._sealed(entry))

    def rewrite(self, batch: int, entries: Iterable[Entry]) -> None:
        """A batch anew, without what a cut has torn."""
        whole = list(entries)
        if self._both:
            self._replace(f"{OLD}{batch:06d}", b"".join(map(seal_record, whole)))
        self._replace(self.name(batch), b"".join(map(self._sealed, whole)))

    def every(self) -> list[tuple[list[Entry], int]]:
        """Entries and damaged lines of each batch that is kept, oldest first."""
        prefix = NEW if self._two else OLD
        names = [name for name in sorted(self._flash.names()) if name.startswith(prefix)]
        return [self._entries(name)[:2] for name in names if not name.endswith(".new")]

    def _entries(self, name: str) -> tuple[list[Entry], int, bool]:
        return read_journal(
            self._flash.read(name) or b"", unseal_new if self._two else unseal_entry
        )

    def _sealed(self, entry: Entry) -> bytes:
        return seal_new(entry) if self._two else seal_record(entry)

    def _drop(self, names: Iterable[str]) -> None:
        for name in names:
            self._flash.delete(name)
        self._flash.sync()


def migrated(line: bytes) -> bytes:
    """A line of the older format in the newer one; what is damaged stays as it is."""
    entry = unseal_entry(line)
    return line if entry is None else seal_new(entry)


def seal_new(entry: Entry) -> bytes:
    """An entry as a line of the second format: ``2``, its values in order, a CRC."""
    body = b"2" + json.dumps(list(dataclasses.astuple(entry)), separators=(",", ":")).encode()
    return body + f" {zlib.crc32(body):08x}\n".encode()


def unseal_new(line: bytes) -> Entry | None:
    """An entry of the second format; None when it is torn, damaged or of the first."""
    body, _, check = line.removesuffix(b"\n").rpartition(b" ")
    whole = line.endswith(b"\n") and body.startswith(b"2")
    if not whole or check != f"{zlib.crc32(body):08x}".encode():
        return None
    return Entry(**dict(zip(FIELDS, json.loads(body[1:]), strict=False)))
