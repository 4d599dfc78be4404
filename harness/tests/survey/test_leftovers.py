"""Workers that have outlived their run: found, and ended, and nobody else's."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator

import psutil
import pytest

from harness.ports.worker import RUN
from harness.survey import leftovers
from harness.survey.findings import OK, WARN
from harness.tests.patience import soon

ADDRESS = "relay://forgotten"
pytestmark = pytest.mark.usefixtures("alone")


def relay_of(run: int) -> tuple[subprocess.Popen[bytes], socket.socket]:
    """A relay's worker that says it belongs to that process."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        worker = subprocess.Popen(
            [sys.executable, "-m", "harness.links.relay_worker", "--control", str(theirs.fileno())],
            pass_fds=[theirs.fileno()], env={**os.environ, RUN: str(run)},
        )  # fmt: skip
    assert ours.recv(1000)  # it has started
    return worker, ours


@pytest.fixture
def dead() -> int:
    """The number of a process that is no more."""
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    return ended.pid


@pytest.fixture
def forgotten(dead: int) -> Iterator[subprocess.Popen[bytes]]:
    """A worker whose run is dead, stopped so that it cannot notice."""
    worker, control = relay_of(dead)
    worker.send_signal(signal.SIGSTOP)
    yield worker
    worker.kill()
    worker.wait()
    control.close()


def test_a_worker_of_a_dead_run_is_found(forgotten: subprocess.Popen[bytes]) -> None:
    """It is named with its number, and how to clear it."""
    rows = list(leftovers.look(ADDRESS, "rigs/lab.yaml"))

    mine = [row for row in rows if str(forgotten.pid) in row[2]]
    assert [row[1] for row in mine] == [WARN]
    assert "doctor --clear --rig rigs/lab.yaml" in mine[0][3]


def test_a_worker_of_a_dead_run_is_ended(forgotten: subprocess.Popen[bytes]) -> None:
    """Even one that was stopped."""
    rows = list(leftovers.clear(ADDRESS))

    mine = [row for row in rows if str(forgotten.pid) in row[2]]
    assert [row[1] for row in mine] == [OK]
    soon(lambda: forgotten.poll() is not None)


def test_a_worker_of_a_living_run_is_left_alone() -> None:
    """Who is at work is no leftover."""
    worker, control = relay_of(os.getpid())

    found = [one.pid for one in leftovers.orphans()]
    control.close()

    assert worker.pid not in found
    assert worker.wait() == 0


@pytest.mark.parametrize(
    ("address", "may"),
    [
        ("gateway://eth0,eth1", True),
        ("ssh://lab@gw1/eth0,eth1", True),
        ("tun://bench", True),
        ("relay://bench", True),
        ("10.0.0.5:5025", False),
        ("sim://network", False),
    ],
)
def test_only_link_engines_can_leave_something(address: str, may: bool) -> None:
    """Everything else has a safe state of its own."""
    assert leftovers.may_leave(address) is may


def test_a_worker_that_ends_by_itself_meanwhile_is_no_trouble(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It was found, and is gone when it is to be ended."""
    gone = subprocess.Popen(["sleep", "100"])
    found = psutil.Process(gone.pid)
    gone.kill()
    gone.wait()
    monkeypatch.setattr(leftovers, "orphans", lambda: [found])

    assert list(leftovers.clear("tun://lab")) == []
