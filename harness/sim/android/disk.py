"""A simulated device's files: on its flash, in the few places where a debugging user may write."""

import errno
from collections.abc import Callable

from harness.sim.terminal.flash import Flash, FlashFull

#: Where adb's user may write; everything else is the system's or an application's own.
OPEN = ("/data/local/tmp/", "/sdcard/")
LARGEST = 1 << 22  # bytes


class Disk:
    """Files by path. Those on the flash outlive resets; ``made`` ones are made by being read."""

    def __init__(self, flash: Flash, made: dict[str, Callable[[], str]]) -> None:
        self._flash = flash
        self._made = made

    def read(self, path: str) -> bytes:
        """Raises OSError."""
        if path in self._made:
            return self._made[path]().encode()
        held = self._flash.read(_name(path))
        if held is None:
            raise FileNotFoundError(errno.ENOENT, "No such file or directory")
        return held

    def write(self, path: str, content: bytes, *, added: bool = False) -> None:
        """As adb's user; durable when this returns; raises OSError."""
        if not path.startswith(OPEN) or ".." in path.split("/"):
            raise PermissionError(errno.EACCES, "Permission denied")
        self.put(path, content, added=added)

    def put(self, path: str, content: bytes, *, added: bool = False) -> None:
        """As the system itself, anywhere."""
        if len(content) > LARGEST:
            raise OSError(errno.ENOSPC, "No space left on device")
        try:
            if added:
                self._flash.append(_name(path), content)
            else:
                self._flash.write(_name(path), content)
        except FlashFull:
            raise OSError(errno.ENOSPC, "No space left on device") from None
        self._flash.sync()

    def remove(self, path: str) -> None:
        """Raises OSError."""
        if _name(path) not in self._flash.names():
            raise FileNotFoundError(errno.ENOENT, "No such file or directory")
        self._flash.delete(_name(path))
        self._flash.sync()

    def size(self, path: str) -> int | None:
        """Bytes of a file; None where there is none."""
        held = self._flash.peek(_name(path))
        return None if held is None else len(held)

    def paths(self, folder: str = "/") -> list[str]:
        """All files below a folder."""
        names = (name[3:-1] for name in self._flash.names() if name.startswith("fs:"))
        return [path for path in names if path.startswith(folder)]


def _name(path: str) -> str:
    """A name that means nothing to the rest of the firmware."""
    return f"fs:{path}:"
