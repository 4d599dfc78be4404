"""One run per instrument: a lock per address, which the kernel frees when its holder dies.

The lock is an ``flock`` (VISA's own locks do not work across pyvisa-py processes); beside it lies a
file that says who holds it and since when, for the person who is refused.
"""

import hashlib
import json
import os
import re
import stat
import tempfile
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from filelock import FileLock, Timeout

from harness.errors import BenchError, RigLocked

#: VISA's spellings of a TCP socket and of a serial line.
_SOCKET = re.compile(r"TCPIP\d*::([^:]+)::(\d+)::SOCKET", re.IGNORECASE)
_LINE = re.compile(r"ASRL(/[^:]+)(?:::INSTR)?", re.IGNORECASE)


def runtime_folder() -> Path:
    """This user's folder for locks; made when absent. Raises BenchError when it is not ours."""
    base = os.environ.get("XDG_RUNTIME_DIR")
    if base and Path(base).is_dir():
        folder = Path(base) / "terminal-harness"
    else:
        folder = Path(tempfile.gettempdir()) / f"terminal-harness-{os.getuid()}"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        seen = folder.lstat()
    except OSError as error:
        raise BenchError(f"no folder for rig locks: {error}") from error
    if not stat.S_ISDIR(seen.st_mode) or seen.st_uid != os.getuid():
        raise BenchError(f"{folder} belongs to somebody else; locks in it would prove nothing")
    return folder


def canonical(address: str) -> str:
    """One spelling per instrument: a tty by its device node, a socket as ``host:port``."""
    found = _SOCKET.fullmatch(address)
    if found:
        return f"{found[1]}:{found[2]}".lower()
    found = _LINE.fullmatch(address)
    if found:
        address = found[1]
    return os.path.realpath(address) if address.startswith("/") else address.lower()


def stem_of(address: str) -> str:
    """What the files about an instrument are called, without their endings."""
    return hashlib.sha256(canonical(address).encode()).hexdigest()[:16]


class RigLock:
    """Locks of one rig's instruments, all or none. Use it in a ``with``.

    Raises:
        RigLocked: Another run holds one of them; the text says who and since when.
    """

    def __init__(self, rig: str, addresses: Iterable[str], folder: Path | None = None) -> None:
        self._rig = rig
        self._addresses = sorted({canonical(address) for address in addresses})
        self._folder = folder
        self._held: list[tuple[FileLock, Path]] = []

    def __enter__(self) -> Self:
        folder = (self._folder or runtime_folder()) if self._addresses else Path()
        try:
            for address in self._addresses:
                self._take(folder, address)
        except BaseException:
            self.release()
            raise
        return self

    def __exit__(self, *why: object) -> None:
        self.release()

    def release(self) -> None:
        """Let go of all; doing it twice does nothing."""
        while self._held:
            lock, holder = self._held.pop()
            holder.unlink(missing_ok=True)
            lock.release()

    def _take(self, folder: Path, address: str) -> None:
        stem = stem_of(address)
        holder = folder / f"{stem}.json"
        lock = FileLock(folder / f"{stem}.lock", timeout=0, mode=0o600)
        try:
            lock.acquire()
        except Timeout:
            raise RigLocked(f"{address} is in use: {_told(holder)}") from None
        except OSError as error:
            raise BenchError(f"{address} cannot be locked: {error}") from error
        self._held.append((lock, holder))
        since = datetime.now(UTC).isoformat(timespec="seconds")
        said = {"pid": os.getpid(), "rig": self._rig, "since": since, "address": address}
        holder.write_text(json.dumps(said), encoding="utf-8")


def _told(holder: Path) -> str:
    try:
        said = json.loads(holder.read_text(encoding="utf-8"))
        pid, rig, since = said["pid"], said["rig"], said["since"]
    except (OSError, ValueError, KeyError, TypeError):
        return "another run holds it. Wait for it, or end it"
    return f"process {pid} drives rig {rig!r} since {since}. Wait for it, or end that process"
