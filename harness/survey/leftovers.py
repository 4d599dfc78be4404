"""What link engines of dead runs left on a machine, found and cleared.

A gateway leaves rules, queues and settings when it and its janitor are killed at once: its own
worker finds and puts them back, on this machine or on the one it was sent to. A worker of any
engine ends with its run; one that was stopped or hangs is ended here.
"""

import contextlib
import os
from collections.abc import Iterator

import psutil

from harness.errors import BenchError, HarnessError
from harness.model.address import way_to
from harness.ports.gateway import ask_worker
from harness.ports.worker import RUN
from harness.survey.findings import BAD, OK, WARN, Row

CHECK = "leftovers"
WORKERS = "harness.links."
ENDING = 5.0  # s
#: Ways to a device behind which a link engine works.
WAYS = ("gateway", "worker")


def may_leave(address: str) -> bool:
    """Whether something at that address could outlive its run."""
    return way_to(address) in WAYS


def look(address: str, name: str = "FILE") -> Iterator[Row]:
    """What is left, as (check, level, seen, mend); one row that says nothing where nothing is."""
    mend = f"the next run clears it first, or: harness doctor --clear --rig {name}"
    rows: list[Row] = [
        (CHECK, WARN, f"process {one.pid} works for a run that is dead", mend) for one in orphans()
    ]
    if way_to(address) == "gateway":
        try:
            found = [str(row.get("found")) for row in ask_worker(address, "--list")]
            rows += [(CHECK, WARN, seen, mend) for seen in found]
        except HarnessError as error:
            rows.append((CHECK, BAD, str(error), "its worker could not be asked; see its reason"))
    yield from rows or [(CHECK, OK, "none", "")]


def clear(address: str) -> Iterator[Row]:
    """Clear it; a row for each thing that was there, as above. Nothing where nothing was."""
    for one in orphans():
        try:
            _end(one)
            yield CHECK, OK, f"process {one.pid} of a dead run was ended", ""
        except psutil.NoSuchProcess:
            continue  # it has ended by itself meanwhile
        except (BenchError, psutil.Error) as error:
            yield CHECK, BAD, f"process {one.pid}: {error}", f"kill {one.pid}, as its owner or root"
    if way_to(address) != "gateway":
        return
    try:
        for row in ask_worker(address, "--clear"):
            if "stays" in row:
                yield CHECK, BAD, f"stays: {row['stays']}", "put it back by hand, as root"
            else:
                yield CHECK, OK, f"put back: {', '.join(row['cleared']) or 'nothing'}", ""
    except HarnessError as error:
        yield CHECK, BAD, str(error), "its worker could not be asked; see its reason"


def orphans() -> list[psutil.Process]:
    """Workers of this user whose run is dead."""
    found = []
    for one in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError, ValueError):
            if _is_worker(one) and not _runs(int(one.environ().get(RUN, "")), one.create_time()):
                found.append(one)
    return found


def _is_worker(one: psutil.Process) -> bool:
    return (
        one.uids().real == os.getuid()
        and one.status() != psutil.STATUS_ZOMBIE
        and any(word.startswith(WORKERS) for word in one.cmdline())
    )


def _runs(run: int, since: float) -> bool:
    """Whether the process that started a worker then is still there, and no later one."""
    with contextlib.suppress(psutil.Error):
        starter = psutil.Process(run)
        return bool(starter.create_time() <= since) and starter.status() != psutil.STATUS_ZOMBIE
    return False


def _end(one: psutil.Process) -> None:
    one.terminate()
    one.resume()  # a stopped one hears of it only then
    with contextlib.suppress(psutil.TimeoutExpired):
        one.wait(ENDING)
        return
    one.kill()
    try:
        one.wait(ENDING)
    except psutil.TimeoutExpired as error:
        raise BenchError("it does not end") from error
