"""A terminal's flash on the disk of this computer, for a terminal whose process is killed.

The file is a log of programmed pages. A page that the firmware has not synced may still be in the
memory of the process, as in a write-back cache: which ones have reached the file by then, and in
which order, is chance; ``sync`` writes all of them and has the disk confirm it (fsync(2)). So a
SIGKILL loses, tears and reorders what was not synced, and never what was. The file is read in the
order in which pages were programmed, whatever their order in it; a page torn by the kill itself is
found by its CRC.
"""

import json
import os
import random
import shutil
import struct
import tempfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from harness.sim.terminal.flash_cells import ERASED, Operation, apply

HEAD = struct.Struct(">III")  # bytes of the words, of the page, and the CRC of both


#: Of a folder that goes with its process, whose number follows.
FOLDER = "harness-terminal-"


def temporary_folder() -> Path:
    """A folder for the flash of this process's terminal; those of dead processes go."""
    for left in Path(tempfile.gettempdir()).glob(f"{FOLDER}*"):
        owner = left.name.removeprefix(FOLDER).partition("-")[0]
        if owner.isdecimal() and not Path("/proc", owner).exists():
            shutil.rmtree(left, ignore_errors=True)  # its process was killed
    return Path(tempfile.mkdtemp(prefix=f"{FOLDER}{os.getpid()}-"))


class FlashLog:
    """One flash.

    Args:
        place: The log.
        rng: Which pages reach the file before they are synced.
        page: Bytes in a page.
    """

    def __init__(self, place: Path, *, rng: random.Random, page: int) -> None:
        self._place, self._rng, self._page = place, rng, page
        self._held: list[bytes] = []
        self._begun = 0  # operations that the log began with
        self._file = -1

    def load(self) -> dict[str, bytes]:
        """What the flash holds; the log is written anew, as short as it can be."""
        files = self._replay()
        short = self._place.with_suffix(".new")
        self._file = os.open(short, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        for number, (name, content) in enumerate(files.items()):
            operation = Operation("write", name, content)
            for page in range(max(1, -(-len(content) // self._page))):
                self._put(self._record(number, operation, page))
        self._begun = len(files)
        os.fsync(self._file)
        short.replace(self._place)
        _sync_folder(self._place.parent)
        return files

    def programmed(self, number: int, operation: Operation, page: int) -> None:
        """A page of the so-many-th operation was programmed."""
        self._held.append(self._record(self._begun + number, operation, page))
        if self._rng.random() < 0.5:
            self._put(self._held.pop(self._rng.randrange(len(self._held))))

    def synced(self) -> None:
        """All that was programmed is to be durable when this returns."""
        for record in self._held:
            self._put(record)
        self._held.clear()
        os.fsync(self._file)

    def close(self) -> None:
        """Let go of the file, as a process does that ends."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    # --- within -----------------------------------------------------------------------------

    def _record(self, number: int, operation: Operation, page: int) -> bytes:
        words = json.dumps(
            [number, page, operation.act, operation.name, operation.at, operation.to]
        ).encode()
        octets = operation.data[page * self._page : (page + 1) * self._page]
        check = zlib.crc32(words + octets)
        return HEAD.pack(len(words), len(octets), check) + words + octets

    def _put(self, record: bytes) -> None:
        while record:
            record = record[os.write(self._file, record) :]

    def _replay(self) -> dict[str, bytes]:
        found: dict[int, tuple[Operation, dict[int, bytes]]] = {}
        held = self._place.read_bytes() if self._place.exists() else b""
        for number, page, operation, octets in _records(held):
            found.setdefault(number, (operation, {}))[1][page] = octets
        files: dict[str, bytes] = {}
        for _, (operation, pages) in sorted(found.items()):
            apply(files, self._whole(operation, pages))
        return files

    def _whole(self, operation: Operation, pages: dict[int, bytes]) -> Operation:
        """An operation as far as its pages are there; what is missing between them is erased."""
        octets = b"".join(
            pages.get(page, ERASED * self._page) for page in range(max(pages, default=0) + 1)
        )
        return Operation(operation.act, operation.name, octets, operation.at, operation.to)


def _records(held: bytes) -> Iterator[tuple[int, int, Operation, bytes]]:
    """Number, page, operation without its bytes, and they; up to the first that is torn."""
    at = 0
    while at + HEAD.size <= len(held):
        words, octets, check = HEAD.unpack_from(held, at)
        begin, middle = at + HEAD.size, at + HEAD.size + words
        at = middle + octets
        if at > len(held) or zlib.crc32(held[begin:at]) != check:
            return
        number, page, act, name, where, to = json.loads(held[begin:middle])
        yield number, page, Operation(act, name, b"", where, to), held[middle:at]


def _sync_folder(folder: Path) -> None:
    """A new name is on the disk when its folder is (fsync(2))."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
