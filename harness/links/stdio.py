"""A worker's conversation with who started it: standard input and output, and the end of both.

The first line a worker says is ``{"ready": true}`` or ``{"error": why}``; from then on it speaks
the link's control language. When its input ends it puts everything back and ends, too: it never
outlives who started it, however that died. So it does on SIGTERM; SIGINT and SIGHUP, which a
terminal sends to everybody, it leaves to those who talk with it.
"""

import contextlib
import json
import os
import signal
import sys
from collections.abc import Callable
from typing import Any

from harness.clock import CooperativeClock
from harness.errors import PortLost
from harness.ports.base import Port
from harness.ports.memory import pair


def say(**fields: Any) -> None:
    """One line, at once."""
    sys.stdout.write(json.dumps(fields) + "\n")
    sys.stdout.flush()


def live(clock: CooperativeClock, accept: Callable[[Port], None]) -> None:
    """Serve the conversation until its end; inside the main task of ``clock``."""
    over = clock.signal("the end of the conversation")
    ended: list[bool] = []

    def end(*_: object) -> None:
        ended.append(True)
        over.notify()

    ours, theirs = pair(clock, "standard input and output")
    accept(theirs)

    def arrived() -> None:
        seen = os.read(0, 65536)
        if seen:
            ours.write(seen)
            return
        clock.unlisten(0)
        end()

    def answer() -> None:
        with contextlib.suppress(PortLost, OSError):
            while (chunk := ours.read()) is not None:
                _write(chunk.data)
        end()

    signal.signal(signal.SIGTERM, end)
    clock.listen(0, arrived)
    clock.spawn("answers", answer)
    over.wait_for(lambda: bool(ended))


def leave_it_to_others() -> None:
    """What a terminal sends to everybody is not for us; a broken pipe is an error."""
    for one in (signal.SIGINT, signal.SIGHUP, signal.SIGPIPE):
        signal.signal(one, signal.SIG_IGN)


def _write(data: bytes) -> None:
    while data:
        data = data[os.write(1, data) :]
