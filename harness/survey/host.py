"""This machine: its clocks, who else reaches for its serial lines, whether a guardian starts."""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from harness.clock import Clock
from harness.errors import BenchError
from harness.rig import state
from harness.rig.guarded import Guarded
from harness.rig.lock import runtime_folder
from harness.survey.findings import BAD, OK, WARN, Row
from harness.survey.ttys import others

SINCE = 2025  # a host clock before this was never set
STEPS, EVERY = 60, 0.005  # s
LATE, TOO_LATE = 0.005, 0.05  # s of a timed step, at the 95th percentile


def examine(clock: Clock, *, guardian: bool, ttys: Sequence[str]) -> Iterator[Row]:
    """Every finding.

    Args:
        clock: A real clock.
        guardian: Whether this rig needs one.
        ttys: Its serial lines.
    """
    yield of_day()
    yield timers(clock)
    yield from others([tty for tty in ttys if re.search(r"ttyACM|ttyUSB|serial/by-", tty)])
    if guardian:
        yield from guard(clock)


def of_day() -> Row:
    """The clock on the wall, which the evidence is dated by."""
    now = datetime.now(UTC)
    seen = now.isoformat(timespec="seconds")
    if now.year < SINCE:
        return "clock", BAD, f"{seen}: it was never set", "sudo timedatectl set-ntp true"
    return "clock", OK, seen, ""


def timers(clock: Clock) -> Row:
    """How late a timed step is: a dip of 10 ms by the host needs better than 5 ms."""
    late = sorted(clock.sleep_until(clock.now() + EVERY, precise=True) for _ in range(STEPS))
    half, most = late[STEPS // 2], late[int(STEPS * 0.95)]
    seen = f"timed steps are {half * 1e3:.2f} ms late at p50, {most * 1e3:.2f} ms at p95"
    mend = "leave the machine to the bench: no builds, no virtual machine, no power saving"
    if most > TOO_LATE:
        return "timer", BAD, seen, mend
    return ("timer", WARN, seen, mend) if most > LATE else ("timer", OK, seen, "")


def guard(clock: Clock) -> Iterator[Row]:
    """Start a guardian, hear that it is ready, let it go."""
    began = clock.now()
    mend = (
        "without it nothing is energised; run `python -m harness.rig.guardian` and read its words"
    )
    try:
        where, locks = state.state_folder(), runtime_folder()
        guarded = Guarded()
        try:
            guarded.guard([], state=where, locks=locks, log=[], lost=lambda: None)
            guarded.dismiss()
        finally:
            guarded.stop()
    except (BenchError, OSError) as error:
        yield "guardian", BAD, f"it does not start: {error}", mend
        return
    yield "guardian", OK, f"started, ready and dismissed in {clock.now() - began:.1f} s", ""
