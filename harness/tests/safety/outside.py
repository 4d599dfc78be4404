"""A run as its user starts it: a process of its own, on devices that live in yet another one."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harness.clock import ThreadClock
from harness.tests.patience import LIMIT

CLOCK = ThreadClock()

PLANTED = '''\
"""Words of a third party, some of them broken."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import ClassVar

from harness.drivers.keysight_e36300 import Driver as Keysight
from harness.judge._monitor import Monitor
from harness.model.power import Supply
from harness.model.units import Seconds


@dataclass(frozen=True, slots=True)
class HeldOn:
    """Keep the output on; ``breaks`` names the place where the code of this fault is wrong."""

    NEEDS: ClassVar[tuple[type, ...]] = (Supply,)
    breaks: str = "nowhere"
    lasting: Seconds | None = None

    @contextmanager
    def inject(self, cast) -> Iterator["HeldOn"]:
        supply = cast.playing(Supply)
        supply.set_voltage(cast.nominal)
        supply.set_output(on=True)
        self._at("injecting")
        yield self
        self._at("clearing")

    def play(self, cast):
        self._at("playing")

    def took_effect(self, seen):
        self._at("looking")
        return seen.kind == "output"

    def _at(self, place):
        if place == self.breaks:
            raise ZeroDivisionError(f"a bug while {place}, card 4111 1111 1111 1111")


class Driver(Keysight):
    """A supply driver with a bug in what it is polled for."""

    def poll(self):
        raise KeyError("nobody thought of this")


@dataclass(frozen=True, slots=True)
class Breaks:
    """A judge that breaks at one of the calls."""

    at: str = "on"
    SHORT: ClassVar[str] = "at"

    def watch(self, run):
        if self.at == "watch":
            raise RuntimeError("broken watch")
        return _Breaking("breaks", self.at, run)


class _Breaking(Monitor):
    kinds = None

    def __init__(self, clause, where, run):
        super().__init__(clause, run)
        self._where = where

    def on(self, seen):
        self._at("on")

    def conclude(self):
        self._at("conclude")
        self.hold("all is well")

    def deadline(self):
        self._at("deadline")

    def verdict(self):
        self._at("verdict")
        return super().verdict()

    def _at(self, place):
        if place == self._where:
            raise RuntimeError(f"broken {place}")
'''

ENTRY_POINTS = """\
[harness.faults]
held_on = planted:HeldOn

[harness.judges]
breaks = planted:Breaks

[harness.drivers]
broken_supply = planted:Driver
"""


def plant(folder: Path) -> Path:
    """A folder for PYTHONPATH with an installed third party; returns it."""
    known = folder / "planted-1.0.dist-info"
    known.mkdir(parents=True)
    (folder / "planted.py").write_text(PLANTED, encoding="utf-8")
    (known / "METADATA").write_text("Metadata-Version: 2.1\nName: planted\nVersion: 1.0\n")
    (known / "entry_points.txt").write_text(ENTRY_POINTS)
    return folder


@dataclass
class Ended:
    """A process that is over."""

    code: int
    out: str
    err: str

    @property
    def said(self) -> str:
        return self.out + self.err


@dataclass
class Outside:
    """A folder to start runs in.

    Attributes:
        here: The working directory.
        path: What PYTHONPATH gets in front.
    """

    here: Path
    path: Path | None = None
    started: list[subprocess.Popen[str]] = field(default_factory=list)

    def write(self, name: str, text: str | bytes) -> Path:
        """A file below the folder."""
        place = self.here / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(text.encode() if isinstance(text, str) else text)
        return place

    def start(
        self, *arguments: str, before: Sequence[str] = (), **more: str
    ) -> subprocess.Popen[str]:
        """``harness ...``, or ``pytest ...`` when that is the first word."""
        program = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:xdist"]
        program += ["-p", "no:hypothesispytest", "-p", "no:hypothesis"]  # they take long to import
        if arguments[0] == "pytest":
            arguments = arguments[1:]
        else:
            program = [
                sys.executable,
                "-c",
                "import sys; from harness.cli import main; sys.exit(main())",
            ]
        paths = [str(self.path)] if self.path else []
        paths += [os.environ["PYTHONPATH"]] if "PYTHONPATH" in os.environ else []
        env = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join(paths),
            "PYTHONDONTWRITEBYTECODE": "1",
            "XDG_STATE_HOME": str(self.here / "state"),
            **more,
        }
        run = subprocess.Popen(
            [*before, *program, *arguments], cwd=self.here, env=env, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            start_new_session=True,
        )  # fmt: skip
        self.started.append(run)
        return run

    def run(self, *arguments: str, before: Sequence[str] = (), **more: str) -> Ended:
        """Start and wait for the end."""
        return over(self.start(*arguments, before=before, **more))

    def trace(self, out: str = "out") -> Path:
        """The only trace below an output folder; a path that is absent when there is none yet."""
        return next((self.here / out).glob("*/trace.jsonl"), self.here / "absent")

    def rows(self, out: str = "out") -> list[dict[str, Any]]:
        """The trace, every line of it readable."""
        return [json.loads(line) for line in self.trace(out).read_text("utf-8").splitlines()]

    def verdicts(self, out: str = "out") -> list[tuple[str, str]]:
        """(verdict, reason) of every item."""
        told = json.loads((self.here / out / "verdicts.json").read_text("utf-8"))
        return [(row["verdict"], row["reason"]) for row in told["runs"]]

    def end(self) -> None:
        """Leave nothing behind."""
        for run in self.started:
            if run.poll() is None:
                run.kill()
                run.communicate()


def over(run: subprocess.Popen[str], within: float = 6 * LIMIT) -> Ended:
    """Wait for the end."""
    out, err = run.communicate(timeout=within)
    return Ended(run.returncode, out, err)


def wait_for(path: Path, text: str, run: subprocess.Popen[str], within: float = 4 * LIMIT) -> None:
    """Wait until a file that is being written contains ``text``."""
    limit = CLOCK.now() + within
    while not (path.exists() and text in path.read_text("utf-8", errors="replace")):
        assert run.poll() is None, over(run).said
        assert CLOCK.now() < limit, f"no {text!r} in {path} within {within:g} s"
        CLOCK.sleep(0.02)


def interrupt(run: subprocess.Popen[str], *signals: signal.Signals) -> None:
    """Send signals, one after the other, as a person who is impatient does."""
    for one in signals:
        if run.poll() is None:
            run.send_signal(one)
        CLOCK.sleep(0.05)


def ask(resource: str, *questions: str) -> list[str]:
    """Ask the supply itself, past everything that is ours."""
    found = re.match(r"TCPIP0::([\d.]+)::(\d+)::SOCKET", resource)
    assert found
    with (
        socket.create_connection((found[1], int(found[2])), LIMIT) as line,
        line.makefile("rw") as text,
    ):
        answers = []
        for question in questions:
            text.write(question + "\n")
            text.flush()
            if "?" in question:
                answers.append(text.readline().strip())
        return answers


def is_off(resource: str) -> bool:
    """Whether output 2 is off, and no voltage is left at its terminals."""
    output, volts = ask(resource, "OUTP? (@2)", "MEAS:VOLT? (@2)")
    return output == "0" and abs(float(volts)) < 0.5
