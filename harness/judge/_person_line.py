"""Whether a person's word is to be believed to the second: the terminal may have noticed otherwise.

Who says "done" while the kettle boils, or before the cover is shut, is no clock. Where the terminal
notices much earlier or later than that, nobody knows when it was done, or how quick it was.
"""

from collections.abc import Sequence

from harness.judge._doubt import HANDS, Doubt
from harness.judge._monitor import TERMINAL, span
from harness.judge._run import Injected
from harness.model.trace import Observation

#: s by which a person may say it later, or sooner, than the terminal notices.
AFTER, BEFORE = 0.5, 1.0


class PersonLine:
    """See the module text, and ``_doubt.Line``."""

    role = HANDS
    kinds = frozenset({"run_started", "step_started", "part", "detected", "cleared"})

    def __init__(self) -> None:
        self._by_hand = False
        self._asked = 0.0
        self._noticed: Observation | None = None
        self._done: Observation | None = None
        self._found: Doubt | None = None

    def on(self, seen: Observation) -> None:
        if seen.kind == "run_started":
            plays = seen.get("plays")
            self._by_hand = isinstance(plays, dict) and plays.get("hands") == "operator"
        elif seen.kind == "step_started":
            self._begin(seen)
        elif seen.kind == "part":
            self._done = self._done or seen
        elif seen.source == TERMINAL:
            self._noticed = self._noticed or seen
        if self._by_hand and self._found is None and self._done and self._noticed:
            self._found = self._compared(self._done, self._noticed)

    def doubt(self, faults: Sequence[Injected]) -> Doubt | None:
        return self._found

    def _begin(self, seen: Observation) -> None:
        """What a person is asked for belongs to its step, and to those after until it is seen."""
        if self._done is None or seen.get("word") in ("inject", "clear", "put"):
            if self._by_hand and self._done and not self._noticed and not self._found:
                what = f"{self._done['part']} {self._done['state']} at {span(self._done.t)}"
                why = f"the operator says {what}, the terminal notices nothing; was it done?"
                self._found = Doubt(self._asked, why, (self._done.n,))
            self._asked, self._noticed, self._done = seen.t, None, None

    def _compared(self, done: Observation, noticed: Observation) -> Doubt | None:
        if done.t - AFTER <= noticed.t <= done.t + BEFORE:
            return None
        what = f"{done['part']} {done['state']}"
        return Doubt(
            self._asked, f"the operator says {what} at {span(done.t)}, the terminal notices at "
            f"{span(noticed.t)}, so nobody knows when it was; was Enter pressed at once?",
            (done.n, noticed.n),
        )  # fmt: skip
