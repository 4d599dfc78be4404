"""The records of terminal and host: asked for, waited for, and who is to blame without them."""

import contextlib
from typing import Any

from harness.engine.given import players_of
from harness.engine.recorder import Recorder
from harness.engine.steps import Given
from harness.errors import BenchError, NotSupported, PortLost
from harness.model.register import CountsItself
from harness.model.roles import Console, Host, SaleResult

#: How long a device may take to tell its records, s.
RECORDS = 30.0
#: What only a console tells, and what others hear of a terminal at work; a console tells of that
#: as well, this much later at most, s.
BY_CONSOLE = frozenset({"state", "light", "health", "bars", "request_sent", "answer_received"})
AT_WORK, MEANWHILE = ("request_received", "ecr_status", "ecr_result"), 2.0


def look_back(given: Given, rig: Any, recorder: Recorder) -> list[SaleResult]:
    """What a real terminal and its host have on record from earlier days, before a story begins.

    Returns the last transaction of a terminal that knows it by a number of its own: asked later,
    it may tell of that one still. Simulated ones in virtual time are new each time.
    """
    if recorder.clock.virtual or given.terminal == "off":
        return []
    ask(rig, recorder)
    earlier: list[SaleResult | None] = []
    for terminal in players_of(rig, CountsItself):
        with contextlib.suppress(BenchError, NotSupported):
            earlier += [terminal.last_result()] if terminal.counts_itself else []
    return [one for one in earlier if one is not None]


def ask(rig: Any, recorder: Recorder) -> None:
    """Have the terminal's journal and the host's ledger told."""
    _ask(rig, recorder, Console, "ask_journal", "journal_end")
    _ask(rig, recorder, Host, "ask_ledger", "ledger_end")


def _ask(rig: Any, recorder: Recorder, role: type, question: str, end: str) -> None:
    before = len(recorder.trace.of(end))
    for player in players_of(rig, role):
        patience = RECORDS
        try:
            getattr(player, question)()
        except NotSupported:
            return
        except PortLost:
            if role is not Console:  # that of a host is the bench's, and was told
                raise
            patience = 0.0
        until = recorder.clock.now() + patience
        if not recorder.until(lambda: len(recorder.trace.of(end)) > before, until):
            recorder.say("records_missing", of=end, waited=patience)
            (_blame_host if role is Host else _blame_console)(recorder)
        return


def _blame_host(recorder: Recorder) -> None:
    """A host without its ledger is broken, and has been since its last answer, who knows."""
    last = recorder.trace.last("answered")
    recorder.say(
        "bench_error", role="host", since=last.t if last else 0.0,
        message=f"it was asked for its ledger and does not tell it within {RECORDS:g} s; does its "
        "process still work, and is there room for its books?",
    )  # fmt: skip


def _blame_console(recorder: Recorder) -> None:
    """Its terminal's silence is the terminal's; but not where others heard it at work meanwhile."""
    since = max((seen.t for seen in recorder.trace if seen.kind in BY_CONSOLE), default=0.0)
    heard = [
        one
        for one in recorder.trace.of(*AT_WORK)
        if one.t > since + MEANWHILE and one.get("code") != ""  # that is a line without an answer
    ]
    if heard:
        recorder.say(
            "bench_error", role="console", since=since,
            message=f"nothing that can be read since {since:.1f} s, while the terminal was heard "
            f"at work ({heard[0].source}: {heard[0].kind} at {heard[0].t:.1f} s); is its line "
            "plugged in, and is its speed right?",
        )  # fmt: skip
