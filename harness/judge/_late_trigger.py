"""Whether a step came too late because the console told too late of what it waited for.

A story pulls the card when the request is sent, or its answer is there, and knows of that by the
log. Where that told of the request when the host had answered it, the step has met another instant
than it was meant for: what the terminal did then is not what it would have done.
"""

from collections.abc import Sequence

from harness.judge._doubt import CONSOLE, Doubt
from harness.judge._monitor import TERMINAL, span
from harness.judge._run import Injected
from harness.judge._telling import mti_of, stan_of
from harness.model.trace import Observation

#: What goes out once, and what answers it.
REQUESTS, ANSWERS = ("0100", "0200"), ("0110", "0210")
Past = tuple[Observation, Observation]


class LateTrigger:
    """See the module text, and ``_doubt.Line``."""

    role = CONSOLE
    kinds = frozenset({"request_sent", "answer_received", "answered", "step_done"})

    def __init__(self) -> None:
        self._answered: dict[int | None, Observation] = {}
        self._late: dict[int | None, Past] = {}  # number -> its line, and the answer before that
        self._triggers: dict[int, Past] = {}  # line that a step may wait for -> the same
        self._found: Doubt | None = None

    def on(self, seen: Observation) -> None:
        stan = stan_of(seen)
        if seen.kind == "step_done":
            self._step(seen)
        elif seen.kind == "answered":
            self._answered.setdefault(stan, seen)
        elif seen.source != TERMINAL:
            return
        elif mti_of(seen) in REQUESTS and stan in self._answered:
            self._late[stan] = self._triggers[seen.n] = seen, self._answered[stan]
        elif mti_of(seen) in ANSWERS and stan in self._late:
            self._triggers[seen.n] = self._late[stan]

    def _step(self, seen: Observation) -> None:
        late = self._triggers.get(int(seen.get("trigger") or 0))
        if late is None or self._found is not None:
            return
        told, answered = late
        self._found = Doubt(
            answered.t, f"it told of {told.get('mti')} of trace number {told.get('stan')} at"
            f" {span(told.t)}, when the host had answered it, and the story went by that; what"
            " holds its lines back (a terminal server, a logger, the terminal's own log)?",
            (answered.n, told.n, seen.n),
        )  # fmt: skip

    def doubt(self, faults: Sequence[Injected]) -> Doubt | None:
        return self._found
