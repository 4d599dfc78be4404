"""What a gateway run has changed on its box, on the disk before it is changed; and how to undo it.

One file per run in ``/run/terminal-harness`` (which, as all that it speaks of, does not outlive a
reboot). It is removed when everything was put back and that was looked at, so a file whose
processes are dead means leftovers. ``undo`` is the same for a run that ends, for the janitor of one
that was killed, and for ``harness doctor --clear``.
"""

import contextlib
import json
import os
import socket
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from pyroute2 import IPRoute

from harness.errors import BenchError
from harness.links import qdisc
from harness.links.classes import ROOT
from harness.links.netns import inode
from harness.links.nft import Nft
from harness.links.offload import offloads, set_offloads

TABLE = "harness_"
ENDING = ".gateway"
SYSCTL = Path("/proc/sys")


@dataclass(frozen=True, slots=True)
class Record:
    """One run.

    Attributes:
        run: Its id, part of the name of its table.
        interfaces: The two that it works on.
        namespace: The network namespace, by inode, for others are none of its business.
        processes: The worker and its janitor: process id -> when it started (proc(5), field 22).
        offloads: Interface -> what was on before.
        settings: Path below /proc/sys -> what it said before, and what it was set to.
        since: ISO 8601.
    """

    run: str
    interfaces: tuple[str, str]
    namespace: int
    processes: Mapping[str, str] = field(default_factory=dict)
    offloads: Mapping[str, Mapping[str, bool]] = field(default_factory=dict)
    settings: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    since: str = ""

    @property
    def table(self) -> str:
        return TABLE + self.run

    @property
    def alive(self) -> bool:
        """Whether one of its processes still runs, and so will put everything back itself."""
        return any(start_of(int(pid)) == start for pid, start in self.processes.items())


def folder() -> Path:
    """Where the records are; made when absent. Raises BenchError."""
    place = Path(os.environ.get("HARNESS_LINKS", "/run/terminal-harness"))
    try:
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        if place.stat().st_uid == os.getuid():
            return place
    except OSError as error:
        raise BenchError(f"no folder for what a gateway must put back: {error}") from error
    raise BenchError(f"{place} belongs to somebody else")


def write(one: Record) -> Path:
    """On the disk before this returns. Raises BenchError."""
    path = folder() / (one.run + ENDING)
    fresh = path.with_suffix(".new")
    try:
        with fresh.open("w", encoding="utf-8") as file:
            file.write(json.dumps(asdict(one)) + "\n")
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    except OSError as error:
        raise BenchError(f"{path} cannot be written: {error}; nothing was changed") from error
    return path


def records() -> list[Record]:
    """All, those of living runs included; one that cannot be read is left out."""
    found = []
    for path in sorted(folder().glob(f"*{ENDING}")):
        with contextlib.suppress(OSError, ValueError, TypeError):
            plain = json.loads(path.read_text(encoding="utf-8"))
            plain["interfaces"] = tuple(plain["interfaces"])
            found.append(Record(**plain))
    return found


def start_of(pid: int) -> str:
    """When that process started, ``""`` when it is gone (proc(5))."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    fields = text.rpartition(")")[2].split()
    return "" if fields[0] in "ZX" else fields[19]


def now_iso() -> str:
    """The time of day, for people and files; ISO 8601 with its zone."""
    return datetime.now(UTC).isoformat(timespec="seconds")


# --- putting back ---------------------------------------------------------------------------


def undo(one: Record) -> list[str]:
    """Put everything back as it was and look at it, in the namespace that this thread is in.

    Returns what there was to do. What somebody else has changed since is left as it is.

    Raises:
        BenchError: Something is still there; the record stays.
    """
    if one.namespace != inode():
        raise BenchError(f"run {one.run} was in another network namespace; look there")
    done: list[str] = []
    failed: list[str] = []
    for what, act in _steps(one):
        try:
            if act():
                done.append(what)
        except (BenchError, OSError) as error:
            failed.append(f"{what}: {error}")
    if failed:
        raise BenchError("; ".join(failed))
    (folder() / (one.run + ENDING)).unlink(missing_ok=True)
    return done


def _steps(one: Record) -> Iterator[tuple[str, Any]]:
    yield f"table {one.table}", partial(drop_table, one.table)
    for name in one.interfaces:
        yield f"queue of {name}", partial(drop_queue, name)
    for name, was in one.offloads.items():
        yield f"offloads of {name}", partial(_restore_offloads, name, was)
    for path, (before, now) in one.settings.items():
        yield path, partial(_restore_setting, path, before, now)


def drop_table(table: str) -> bool:
    """It goes; whether it was there."""
    nft = Nft()
    try:
        if table not in nft.tables(TABLE):
            return False
        nft.run(f"delete table inet {table}\n")
        if table in nft.tables(TABLE):
            raise BenchError(f"table {table} is still there")
    finally:
        nft.close()
    return True


def drop_queue(interface: str) -> bool:
    """Our root queue goes; whether it was there."""
    with IPRoute() as route:
        there = qdisc.remove(route, interface)
        if there and qdisc.remove(route, interface):
            raise BenchError(f"the queue of {interface} is still there")
    return there


def _restore_offloads(interface: str, was: Mapping[str, bool]) -> bool:
    if not _there(interface) or offloads(interface) == dict(was):
        return False
    set_offloads(interface, was)
    return True


def _there(interface: str) -> bool:
    """Whether this namespace has it; /sys tells of the namespace that it was mounted in."""
    return any(name == interface for _, name in socket.if_nameindex())


def _restore_setting(path: str, was: str, now: str) -> bool:
    place = SYSCTL / path
    if was == now or not place.exists() or place.read_text().strip() != now:
        return False
    place.write_text(was)
    return True


def strays(interfaces: tuple[str, ...]) -> list[str]:
    """Tables and queues of ours that no record speaks of, in this namespace."""
    here = [one for one in records() if one.namespace == inode()]
    known = {one.table for one in here}
    busy = {name for one in here for name in one.interfaces}
    nft = Nft()
    found = [f"table {name}" for name in nft.tables(TABLE) if name not in known]
    nft.close()
    with IPRoute() as route:
        for name in interfaces:
            index = route.link_lookup(ifname=name)
            root = qdisc.root_of(route, index[0]) if index else None
            if name not in busy and root == ("htb", ROOT):
                found.append(f"queue of {name}")
    return found
