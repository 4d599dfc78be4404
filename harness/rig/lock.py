"""One run per instrument: a lock per address, which the kernel frees when its holder dies.

The lock is an ``flock`` (VISA's own locks do not work across pyvisa-py processes); beside it lies a
file that says who holds it and since when, for the person who is refused.
"""

import contextlib
import hashlib
import json
import os
import re
import signal
import stat
import sys
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from filelock import FileLock, Timeout

from harness.clock import ThreadClock
from harness.errors import BenchError, RigLocked
from harness.rig.alive import now_iso, started_at

#: VISA's spellings of a TCP socket and of a serial line.
_SOCKET = re.compile(r"TCPIP\d*::([^:]+)::(\d+)::SOCKET", re.IGNORECASE)
_LINE = re.compile(r"ASRL(/[^:]+)(?:::INSTR)?", re.IGNORECASE)

CLOCK = ThreadClock()
PATIENCE = 30.0  # s for a holder that was asked to stop, or a guardian that is at work
READING = 1.0  # s for the note of a holder that has just come
NEXT_MOVE = "Wait for it, end that process, or ask it to stop with --force"

Say = Callable[[str], object]


def on_stderr(said: str) -> None:
    """For whoever sits before the screen."""
    sys.stderr.write(f"harness: {said}\n")
    sys.stderr.flush()


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
        RigLocked: Another run holds one of them; the text says who, since when and how long.
    """

    def __init__(
        self,
        rig: str,
        addresses: Iterable[str],
        folder: Path | None = None,
        *,
        force: bool = False,
        say: Say = on_stderr,
    ) -> None:
        """Nothing is locked yet.

        Args:
            rig: The rig's name.
            addresses: Its instruments.
            folder: Where the locks are; this user's runtime folder when left out.
            force: Ask a holder to stop, and wait for it. Nothing is ever taken from one that does
                not let go.
            say: Told what is waited for.
        """
        self._rig = rig
        self._addresses = sorted({canonical(address) for address in addresses})
        self._folder = folder
        self._force = force
        self._say = say
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
        note = folder / f"{stem}.json"
        lock = FileLock(folder / f"{stem}.lock", timeout=0, mode=0o600)
        holder = _acquired(lock, address, note, READING)
        if holder is not None and self._force and holder.alive:
            self._say(
                f"--force: {address} is in use: {holder}. It is asked to stop (SIGTERM), makes its "
                f"bench safe and lets go; waiting up to {PATIENCE:g} s"
            )
            with contextlib.suppress(ProcessLookupError):
                os.kill(holder.pid, signal.SIGTERM)
            holder = _acquired(lock, address, note, PATIENCE, whoever=True)
        if holder is not None:
            asked = " It was asked to stop and does not let go." if self._force else ""
            raise RigLocked(f"{address} is in use: {holder}.{asked} {NEXT_MOVE}")
        self._held.append((lock, note))
        mine = Holder(os.getpid(), self._rig, now_iso(), started_at(os.getpid()))
        said = {**asdict(mine), "address": address}
        note.write_text(json.dumps(said), encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds an instrument, as its note says; ``pid`` 0 when the note says nothing."""

    pid: int = 0
    rig: str = ""
    since: str = ""
    started: str = ""

    @property
    def alive(self) -> bool:
        """Whether that is the process it was: numbers are given again."""
        return bool(self.pid and self.started) and started_at(self.pid) == self.started

    def __str__(self) -> str:
        if not self.pid:
            return "another run holds it"
        return f"process {self.pid} drives rig {self.rig!r} since {self.since}{_age(self.since)}"


def _acquired(
    lock: FileLock, address: str, note: Path, within: float, *, whoever: bool = False
) -> Holder | None:
    """None when the lock is ours; otherwise who has it, as soon as that is known.

    A note appears a moment after its lock, and goes a moment before it.
    """
    limit = CLOCK.now() + within
    while True:
        try:
            lock.acquire()
        except Timeout:
            holder = _holder(note)
        except OSError as error:
            raise BenchError(f"{address} cannot be locked: {error}") from error
        else:
            return None
        if (holder.alive and not whoever) or CLOCK.now() >= limit:
            return holder
        CLOCK.sleep(0.01)


def _holder(note: Path) -> Holder:
    try:
        said = json.loads(note.read_text(encoding="utf-8"))
        return Holder(int(said["pid"]), said["rig"], said["since"], said["started"])
    except (OSError, ValueError, KeyError, TypeError):
        return Holder()


def _age(since: str) -> str:
    try:
        seconds = (datetime.now(UTC) - datetime.fromisoformat(since)).total_seconds()
    except (ValueError, TypeError):
        return ""
    minutes, rest = divmod(max(0, round(seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    return f" ({hours} h {minutes} min)" if hours else f" ({minutes} min {rest} s)"


class WireLock:
    """Who may open an instrument's port: a run, or for a while the guardian of a dead one.

    A run's lock is free the moment it dies; its guardian holds this one until OFF is verified.
    """

    def __init__(self, addresses: Iterable[str], folder: Path | None = None) -> None:
        self._addresses = sorted({canonical(address) for address in addresses})
        self._folder = folder
        self._held: list[FileLock] = []

    def take(self, say: Say = on_stderr) -> None:
        """Take all; waits for a guardian that is still at work, and says so.

        Raises:
            RigLocked: It is still at work half a minute later.
        """
        folder = (self._folder or runtime_folder()) if self._addresses else Path()
        for address in self._addresses:
            lock = FileLock(folder / f"{stem_of(address)}.wire", timeout=0, mode=0o600)
            try:
                lock.acquire()
            except Timeout:
                say(
                    f"{address}: the guardian of a run that died is switching it off; "
                    f"waiting up to {PATIENCE:g} s"
                )
                self._wait(lock, address)
            self._held.append(lock)

    def release(self) -> None:
        """Let go of all."""
        while self._held:
            self._held.pop().release()

    def _wait(self, lock: FileLock, address: str) -> None:
        try:
            lock.acquire(timeout=PATIENCE, poll_interval=0.02)
        except Timeout:
            self.release()
            raise RigLocked(
                f"{address}: the guardian of a run that died is still busy with it after "
                f"{PATIENCE:g} s; look at guardian.log. Nothing was energised"
            ) from None
