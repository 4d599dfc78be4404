"""What must survive a run, a crash and a reboot: who energised what, and what is quarantined.

Two files per instrument, named as its lock is: ``<stem>.journal`` stands from before a run may
energise it until OFF was verified, so a journal whose process is dead means an output that may be
on; ``<stem>.quarantine`` stands from a failed verification until a person clears it
(``harness doctor --clear``). Both are on the disk before the call returns.
"""

import contextlib
import json
import os
import stat
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

from harness.errors import BenchError, RigQuarantined
from harness.rig.alive import now_iso, started_at
from harness.rig.lock import stem_of

JOURNAL, QUARANTINE = ".journal", ".quarantine"

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Energised:
    """An instrument that a run may energise, and how to switch it off in its stead.

    Attributes:
        role: ``supply`` or ``switch``.
        driver: The driver's word.
        address: Where it really is.
        options: Keyword arguments of the driver's constructor.
        baud: Line speed, bit/s; None for the driver's own.
        limits: The rig file's, as plain numbers; empty without any.
        rig: The rig's name.
        pid: Whose run it is.
        started: When that process started, as ``started_at`` says it.
        since: When it was written, ISO 8601.
    """

    role: str
    driver: str
    address: str
    options: Mapping[str, Any] = field(default_factory=dict)
    baud: int | None = None
    limits: Mapping[str, Any] = field(default_factory=dict)
    rig: str = ""
    pid: int = 0
    started: str = ""
    since: str = ""

    @property
    def alive(self) -> bool:
        """Whether the process that energised it still runs."""
        return bool(self.started) and started_at(self.pid) == self.started


@dataclass(frozen=True, slots=True)
class Quarantine:
    """An instrument whose OFF could not be verified.

    Attributes:
        address: Which.
        why: What went wrong.
        rig: On which rig.
        pid: Who found out.
        since: When, ISO 8601.
    """

    address: str
    why: str
    rig: str = ""
    pid: int = 0
    since: str = ""


def state_folder() -> Path:
    """This user's folder for what survives a reboot; made when absent.

    Source: XDG Base Directory Specification 0.8, ``XDG_STATE_HOME``.

    Raises:
        BenchError: It cannot be made, or it is not ours alone.
    """
    base = os.environ.get("XDG_STATE_HOME", "")
    home = Path(base) if base.startswith("/") else Path.home() / ".local" / "state"
    folder = home / "terminal-harness"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        seen = folder.lstat()
        if stat.S_ISDIR(seen.st_mode) and seen.st_uid == os.getuid():
            folder.chmod(0o700)
            return folder
    except OSError as error:
        raise BenchError(f"no folder for the state of the bench: {error}") from error
    raise BenchError(f"{folder} belongs to somebody else; what it says of a bench proves nothing")


# --- the journal ----------------------------------------------------------------------------


def begin(one: Energised, folder: Path | None = None) -> Energised:
    """Write the journal line of an instrument; returns it complete. Before it is energised."""
    pid = one.pid or os.getpid()
    whole = replace(one, pid=pid, started=one.started or started_at(pid), since=now_iso())
    _write(_file(one.address, JOURNAL, folder), whole)
    return whole


def end(address: str, folder: Path | None = None) -> None:
    """Its OFF was verified: the journal line goes."""
    _remove(_file(address, JOURNAL, folder))


def begun(address: str, folder: Path | None = None) -> Energised | None:
    """The journal line of an instrument; None when its OFF was verified.

    Raises:
        BenchError: There is one, and it cannot be read.
    """
    return _read(_file(address, JOURNAL, folder), Energised)


def unfinished(folder: Path | None = None) -> list[Energised]:
    """Every instrument whose process is dead and whose OFF nobody verified."""
    found = [
        _read(path, Energised) for path in sorted((folder or state_folder()).glob("*.journal"))
    ]
    return [one for one in found if one is not None and not one.alive]


# --- the quarantine -------------------------------------------------------------------------


def quarantine(address: str, why: str, *, rig: str = "", folder: Path | None = None) -> None:
    """Refuse this instrument to every later run, until a person clears it."""
    told = Quarantine(address, " ".join(why.split()), rig, os.getpid(), now_iso())
    _write(_file(address, QUARANTINE, folder), told)


def quarantined(address: str, folder: Path | None = None) -> Quarantine | None:
    """Why an instrument is in quarantine; None when it is not."""
    path = _file(address, QUARANTINE, folder)
    try:
        return _read(path, Quarantine)
    except BenchError as error:  # it was put there for a reason, readable or not
        return Quarantine(address, str(error))


def check_free(address: str, folder: Path | None = None, rig: str = "FILE") -> None:
    """Raise RigQuarantined for an instrument in quarantine: who, when, why and the next move."""
    found = quarantined(address, folder)
    if found is not None:
        raise RigQuarantined(
            f"{found.address} is in quarantine since {found.since or 'some time'}: {found.why} "
            f"(rig {found.rig!r}, process {found.pid}). Make sure that it is off and nothing is "
            f"damaged, then run `harness doctor --clear --rig {rig}`. Nothing was energised"
        )


def clear(address: str, folder: Path | None = None) -> Quarantine | None:
    """A person vouches for the instrument: quarantine and journal go; returns what it was.

    Raises:
        BenchError: A run that is alive drives it just now.
    """
    now = None
    with contextlib.suppress(BenchError):  # a journal that cannot be read goes as well
        now = begun(address, folder)
    if now is not None and now.alive:
        said = f"process {now.pid} drives {address} since {now.since}"
        raise BenchError(f"{said}; end that first. Nothing was cleared")
    found = quarantined(address, folder)
    _remove(_file(address, QUARANTINE, folder))
    _remove(_file(address, JOURNAL, folder))
    return found


# --- the disk -------------------------------------------------------------------------------


def _file(address: str, ending: str, folder: Path | None) -> Path:
    folder = folder or state_folder()
    usual = folder / (stem_of(address) + ending)
    if usual.exists() or not address.startswith("/"):
        return usual
    # A tty that was plugged in again leads to another node: then it is known by its own name.
    named = f'"address": {json.dumps(address)}'
    others = (path for path in sorted(folder.glob(f"*{ending}")) if named in path.read_text())
    return next(others, usual)


def _write(path: Path, one: Energised | Quarantine) -> None:
    """All of it or nothing, and on the disk before this returns (rename(2), fsync(2))."""
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(json.dumps(asdict(one), default=str) + "\n")
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
        _sync(path.parent)
    except OSError as error:
        raise BenchError(f"{path} cannot be written: {error}; nothing may be energised") from error


def _remove(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
        _sync(path.parent)
    except OSError as error:
        raise BenchError(f"{path} cannot be removed: {error}") from error


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _read(path: Path, kind: type[T]) -> T | None:
    try:
        plain = json.loads(path.read_text(encoding="utf-8"))
        return kind(**plain)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError) as error:
        raise BenchError(
            f"{path} cannot be read ({error}). Look whether the instrument is off, then remove it"
        ) from error
