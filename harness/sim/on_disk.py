"""The bytes of a file, read where they are wanted."""

import os
from pathlib import Path


class OnDisk:
    """A file, however large; it is opened once and never held.

    Attributes:
        mark: Changes when the file does.
    """

    def __init__(self, path: Path) -> None:
        """Open it; raises OSError."""
        self._file = os.open(path.expanduser(), os.O_RDONLY | os.O_CLOEXEC)
        there = os.fstat(self._file)
        self._size = there.st_size
        self.mark = f"{there.st_ino} {there.st_size} {there.st_mtime_ns}"

    @property
    def size(self) -> int:
        return self._size

    def read(self, start: int, count: int) -> bytes:
        """Never past the size it had when it was opened; raises OSError."""
        return os.pread(self._file, max(0, min(count, self._size - start)), start)

    def __del__(self) -> None:
        """Let go of it with the last who knows it; opening may have failed."""
        if hasattr(self, "_file"):
            os.close(self._file)
