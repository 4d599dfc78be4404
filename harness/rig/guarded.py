"""A run's own end of its guardian: started before, beating meanwhile, dismissed when all is off."""

import contextlib
import json
import os
import select
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from harness.errors import BenchError
from harness.rig.state import Energised

BEAT = 1.0  # s
DEAF = 10.0  # s without a beat after which a run counts as hung
START = 30.0  # s a guardian gets to be ready, on a busy machine
ENDING = 10.0  # s it gets to end by itself

Lost = Callable[[], object]


class Guarded:
    """A guardian process of this run; see ``guardian.py``.

    Attributes:
        alive: Whether it is there. It must be while anything is energised.
    """

    def __init__(self) -> None:
        """Start it; it needs a while to be of use, so start it early."""
        self.alive = True
        self._process = subprocess.Popen(  # noqa: S603 - our own words
            [sys.executable, "-P", "-m", "harness.rig.guardian", str(os.getpid())],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            start_new_session=True,
            # It must find what this run finds, a third party's drivers included.
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )  # fmt: skip
        self._answers: list[dict[str, Any]] = []
        self._news = threading.Condition()
        self._lost: Lost | None = None
        self._over = False
        self._beating = threading.Thread(target=self._beat, name="guardian", daemon=True)
        self._beating.start()

    @property
    def pid(self) -> int:
        return self._process.pid

    def guard(
        self, devices: Sequence[Energised], *, state: Path, locks: Path, log: Sequence[Path],
        lost: Lost, deaf: float = DEAF,
    ) -> None:  # fmt: skip
        """Have it guard these; returns when it is ready.

        Args:
            devices: What may be energised from now on.
            state: Folder of journals and quarantines.
            locks: Folder of the locks.
            log: Files it appends its account to.
            lost: Called in another thread when it dies while it guards.
            deaf: Seconds without a beat after which this run counts as hung.

        Raises:
            BenchError: It is not ready; nothing may be energised.
        """
        order = {
            "guard": [asdict(one) for one in devices], "state": str(state), "locks": str(locks),
            "log": [str(path) for path in log], "deaf": deaf,
        }  # fmt: skip
        self._lost = lost
        said = self._ask(order)
        if not said.get("ready"):
            self._lost = None
            why = said.get("error", "it has died")
            raise BenchError(f"the guardian is not ready: {why}. Nothing was energised")

    def dismiss(self) -> None:
        """All is off and verified: it has no duty now. Says nothing when it is dead."""
        self._lost = None
        self._ask({"safe": 1})

    def stop(self) -> None:
        """It ends; it must have been dismissed, or it will end this run first."""
        self._over, self._lost = True, None
        stdin = self._process.stdin
        assert stdin is not None  # noqa: S101 - piped above
        with contextlib.suppress(OSError):
            stdin.close()
        try:
            self._process.wait(ENDING)
        except subprocess.TimeoutExpired:  # somebody has stopped it; it has no duty any more
            self._process.kill()
            self._process.wait()
        self._beating.join()
        if self._process.stdout is not None:
            self._process.stdout.close()

    def _ask(self, order: dict[str, Any]) -> dict[str, Any]:
        with self._news:
            self._answers.clear()
            self._tell(order)
            self._news.wait_for(lambda: bool(self._answers) or not self.alive, START)
            return self._answers[0] if self._answers else {}

    def _tell(self, order: dict[str, Any]) -> None:
        stdin = self._process.stdin
        assert stdin is not None  # noqa: S101 - piped above
        with contextlib.suppress(OSError, ValueError):
            os.write(stdin.fileno(), json.dumps(order, default=str).encode() + b"\n")

    def _beat(self) -> None:
        """In a thread of its own: a busy run is not a dead one."""
        stdout = self._process.stdout
        assert stdout is not None  # noqa: S101 - piped above
        buffer = b""
        while True:
            told, _, _ = select.select([stdout], [], [], BEAT)
            if not told:
                self._tell({"beat": 1})
                continue
            part = os.read(stdout.fileno(), 65536)
            if not part:
                break
            *lines, buffer = (buffer + part).split(b"\n")
            with self._news:
                self._answers += map(json.loads, lines)
                self._news.notify_all()
        with self._news:
            self.alive = False
            self._news.notify_all()
        if self._lost is not None and not self._over:
            self._lost()
