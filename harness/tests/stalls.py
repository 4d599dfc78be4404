"""Runs a command on a machine that stalls: its processes are stopped at random for 0.1 to 0.3 s.

``python harness/tests/stalls.py [--seed N] pytest harness/tests/ports``. Half of the stops hit all
processes of the command at once, half of them a single one. What the command itself has stopped
stays so. Ends with the command's own exit status.
"""

import os
import random
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import psutil

from harness.clock import ThreadClock

STOPPED, BETWEEN = (0.1, 0.3), (0.02, 0.4)  # s


def main(arguments: list[str]) -> int:
    """Run it to its end."""
    seed = random.randrange(1 << 32)
    if arguments[:1] == ["--seed"]:
        seed, arguments = int(arguments[1]), arguments[2:]
    clock, rng, stops = ThreadClock(), random.Random(seed), 0
    run = subprocess.Popen(arguments)
    known = {run.pid: psutil.Process(run.pid)}
    while run.poll() is None:
        clock.sleep(rng.uniform(*BETWEEN))
        hit = _running(known)
        if rng.random() < 0.5:
            hit = hit and [rng.choice(hit)]
        for one in hit:
            _signal(one, signal.SIGSTOP)
        clock.sleep(rng.uniform(*STOPPED))
        for one in hit:
            if not _is_stopped_by_others(one):
                _signal(one, signal.SIGCONT)
        stops += bool(hit)
    sys.stderr.write(f"stalls: {stops} stops, seed {seed}, exit status {run.returncode}\n")
    return run.returncode


def _running(known: dict[int, psutil.Process]) -> list[psutil.Process]:
    """The command's processes and what they started, also what has left its session since."""
    for one in list(known.values()):
        with suppress(psutil.Error):
            known.update((child.pid, child) for child in one.children(recursive=True))
    for number, one in list(known.items()):
        with suppress(psutil.Error):
            if one.is_running() and one.status() != psutil.STATUS_ZOMBIE:
                continue
        del known[number]
    return [one for one in known.values() if _is_free(one)]


def _is_free(one: psutil.Process) -> bool:
    with suppress(psutil.Error):
        return bool(one.status() != psutil.STATUS_STOPPED)
    return False


def _is_stopped_by_others(one: psutil.Process) -> bool:
    """Whether it was told to stop once more while it stood still (proc(5), ``ShdPnd``)."""
    with suppress(OSError):
        told = Path(f"/proc/{one.pid}/status").read_text(encoding="ascii", errors="replace")
        pending = int(told.partition("ShdPnd:")[2].split()[0], 16)
        return "\nState:\tT" in told and bool(pending >> (signal.SIGSTOP - 1) & 1)
    return False


def _signal(one: psutil.Process, number: signal.Signals) -> None:
    with suppress(OSError, psutil.Error):
        os.kill(one.pid, number)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
