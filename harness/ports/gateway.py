"""A gateway: its worker, started here or over SSH, and spoken to by standard input and output.

``gateway://eth0,eth1`` on this machine, as root, or by ``sudo -n`` where we are not;
``ssh://user@box/eth0,eth1`` on another one, by the plain ``ssh`` program with its own keys and
settings, which never asks (BatchMode). The first interface is towards the terminal, the second
towards its hosts. ``?netns=name`` names a network namespace there, ``&python=path`` the Python that
has this package on a box reached by SSH.

Source: ssh(1), ssh_config(5), sudo(8).
"""

import contextlib
import json
import os
import re
import select
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl

from harness.clock import Clock, ThreadClock
from harness.errors import BenchError, RigError
from harness.ports._stream import CHUNK, StreamPort
from harness.ports.worker import RUN

WORKER = "harness.links.gateway_worker"
START = 60.0  # s; a slow box over a slow line
ENDING = 20.0  # s a worker gets to put everything back
#: An address, in words. What names an interface or a host never begins with a dash.
SHAPE = re.compile(
    r"(?:gateway://|ssh://(?P<host>[\w.@\[\]:][\w.@\[\]:-]*)/)"
    r"(?P<inside>[\w.][\w.-]{0,14}),(?P<outside>[\w.][\w.-]{0,14})(?:\?(?P<rest>\S*))?"
)
OPTIONS = ("netns", "python")
SSH = ("ssh", "-T", "-o", "BatchMode=yes", "-o", "ConnectTimeout=10", "-o", "ServerAliveInterval=2",
       "-o", "ServerAliveCountMax=3")  # fmt: skip


def command(address: str, *flags: str) -> list[str]:
    """The program and its arguments that work at this address; raises RigError.

    Args:
        address: As the rig file says it.
        flags: ``--list``, ``--clear`` or ``--probe`` instead of the work itself.
    """
    found = SHAPE.fullmatch(address)
    options = dict(parse_qsl((found and found["rest"]) or ""))
    if not found or any(name not in OPTIONS for name in options):
        raise RigError(
            f"{address!r} is no gateway; wanted gateway://eth0,eth1 or ssh://user@box/eth0,eth1, "
            "the interface towards the terminal first, and ?netns= or ?python= behind"
        )
    there = found["host"]
    python = options.get("python", "python3") if there else sys.executable
    arguments = [f"{found['inside']},{found['outside']}", *flags]
    if "netns" in options:
        arguments += ["--netns", options["netns"]]
    for one in (python, *arguments):
        if not re.fullmatch(r"[\w./,-]+", one):  # ssh hands all of it to a shell over there
            raise RigError(f"{address!r}: {one!r} has characters that no name there needs")
    work = [python, "-m", WORKER, *arguments]
    if there:
        user = "" if there.startswith("root@") else "sudo -n "
        return [*SSH, *_target(there), "--", user + " ".join(work)]
    return work if not os.geteuid() else ["sudo", "-n", *work]


def _target(there: str) -> Sequence[str]:
    host, colon, port = there.rpartition(":")
    return ["-p", port, host] if colon and port.isdigit() else [there]


class GatewayPort(StreamPort):
    """See the module text."""

    def __init__(self, clock: Clock, address: str) -> None:
        """Nothing is started yet; raises RigError for what is no address."""
        super().__init__(clock, address)
        command(address)
        self._process: subprocess.Popen[bytes] | None = None

    def _connect(self) -> None:
        self._process = process = subprocess.Popen(  # noqa: S603 - an argument list, no shell here
            command(self.address), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, start_new_session=True, env=_environment(),
        )  # fmt: skip
        first = _first_line(process)
        said = _read(first)
        if not said.get("ready"):
            raise OSError(said.get("error") or _last_words(process) or "it says nothing")

    def _descriptor(self) -> int | None:
        return self._live().stdout.fileno()  # type: ignore[union-attr]

    def _receive(self) -> bytes | None:
        return os.read(self._live().stdout.fileno(), CHUNK)  # type: ignore[union-attr]

    def _send(self, data: bytes) -> None:
        while data:
            data = data[os.write(self._live().stdin.fileno(), data) :]  # type: ignore[union-attr]

    def _disconnect(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            stop(process)

    def _live(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            raise ConnectionError("not open")
        return self._process


def stop(process: subprocess.Popen[bytes]) -> None:
    """Have a worker put everything back, by the end of its input, and wait until it has ended."""
    for pipe in (process.stdin, process.stdout, process.stderr):
        with contextlib.suppress(OSError):
            pipe.close()  # type: ignore[union-attr]
    for number in (0, signal.SIGTERM, signal.SIGKILL):  # 0: nothing is sent
        with contextlib.suppress(subprocess.TimeoutExpired, PermissionError):
            process.send_signal(number)
            process.wait(ENDING)
            return


def ask_worker(address: str, flag: str) -> Iterator[Mapping[str, Any]]:
    """What the worker says to ``--list``, ``--clear`` or ``--probe``; raises BenchError."""
    try:
        ended = subprocess.run(  # noqa: S603 - as above
            command(address, flag), stdin=subprocess.DEVNULL, capture_output=True,
            timeout=START, check=False, env=_environment(),
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        raise BenchError(f"{address}: {error}") from error
    rows = [_read(line) for line in ended.stdout.splitlines()]
    wrong = [row["error"] for row in rows if "error" in row]
    if wrong or ended.returncode:
        last = (ended.stderr.decode("utf-8", "replace").strip().splitlines() or [""])[-1]
        raise BenchError(f"{address}: {(wrong or [last])[0]}")
    yield from rows


def _environment() -> dict[str, str]:
    """It must find what this process finds, and says whose it is."""
    paths = os.pathsep.join(filter(None, sys.path))
    return {**os.environ, "PYTHONPATH": paths, RUN: str(os.getpid())}


def _first_line(process: subprocess.Popen[bytes]) -> bytes:
    """What it says first; nothing more is read than that. Empty when it has died, or is silent."""
    stdout = process.stdout
    assert stdout is not None  # noqa: S101 - piped above
    clock, line = ThreadClock(), b""
    while not line.endswith(b"\n"):
        told, _, _ = select.select([stdout], [], [], START - clock.now())
        part = os.read(stdout.fileno(), 1) if told else b""
        if not part:
            break
        line += part
    return line


def _last_words(process: subprocess.Popen[bytes]) -> str:
    try:
        _, said = process.communicate(timeout=5)
    except (subprocess.TimeoutExpired, ValueError):
        return ""
    return (said.decode("utf-8", "replace").strip().splitlines() or [""])[-1]


def _read(line: bytes) -> Mapping[str, Any]:
    try:
        said = json.loads(line)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}
