"""Whether the register's line was a line at all: it brought nothing, and the console says ready.

A terminal that falls silent at its register is the terminal's failure. Of one that was not heard
there in a whole story, while its log says that it is ready, nobody knows whether the plug is in.
"""

from harness.engine.recorder import Recorder
from harness.model.trace import Observation, Trace

#: What only a register's line brings; of statuses those with a code.
BROUGHT = frozenset({"ecr_result", "ecr_status", "terminal_status"})
#: Faults that cut the line themselves.
CUTTING = frozenset({"register_lost", "result_lost", "response_lost"})


def look(recorder: Recorder) -> None:
    """Tell a line that brought nothing as the bench's error."""
    if unheard(recorder.trace):
        recorder.say(
            "bench_error", role="terminal", since=0.0,
            message="nothing was heard on the register's line in this whole story, and the "
            "terminal's console says that it is ready: is the line plugged in, are its ends not "
            "crossed over, and is it the register's port, at its speed?",
        )  # fmt: skip


def unheard(trace: Trace) -> bool:
    """Whether something was sold, no word came of it, and the terminal said that it is ready."""
    sold = trace.of("sale_ended")
    if not sold or any(row["fault"] in CUTTING for row in trace.of("fault_injected")):
        return False
    last = trace.last("state")
    return bool(last and last["state"] == "ready") and not any(_is_word(row) for row in trace)


def _is_word(seen: Observation) -> bool:
    if seen.kind == "sale_ended":
        return seen.get("outcome") in ("approved", "declined") or bool(seen.get("code"))
    return seen.kind in BROUGHT and bool(seen.get("code"))
