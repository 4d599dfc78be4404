"""Whether the display can still be read: a terminal that takes a card shows something.

Where nothing is seen on it from some moment on, and yet cards are asked for and read, either nobody
sees it any more (a camera, a tap, what logs it) or it is dark: somebody has to look. A display that
shows anything afterwards was alive all the time; a terminal that says nothing else either hangs.
A display that the log repeats is seen as long as the log goes on: then the silence is its own.
"""

from collections.abc import Sequence

from harness.judge._doubt import DISPLAY, Doubt
from harness.judge._monitor import TERMINAL, span
from harness.judge._run import Injected
from harness.model.trace import Observation

#: s by which what is shown may come before what register and log tell of it, and behind it.
BEFORE, AFTER = 1.0, 5.0
PART = "display"


class DisplayLine:
    """See the module text, and ``_doubt.Line``."""

    role = DISPLAY
    kinds = frozenset({
        "display", "card_read", "ecr_status", "ecr_result", "terminal_status", "state", "part",
        "line",
    })  # fmt: skip

    def __init__(self) -> None:
        self._last: Observation | None = None  # what was shown last
        self._unseen: Observation | None = None  # a card at work that the display says nothing of
        self._at_work = 0.0
        self._touched = False
        self._line: Observation | None = None  # of the log, the last one
        self._logged = False  # whether the log repeats what is shown

    def on(self, seen: Observation) -> None:
        if seen.kind == "part":
            self._touched |= seen.get("part") == PART
        elif seen.source == TERMINAL and seen.kind == "line":
            self._line = seen
        elif seen.source == TERMINAL and seen.kind == "display":
            self._last, self._unseen = seen, None
            line = self._line.get("text") if self._line is not None else None
            self._logged |= line is not None and str(seen.get("text")) in str(line)
        elif seen.source == TERMINAL and seen.get("code") != "":  # that is a line without an answer
            self._at_work = seen.t
            if seen.kind == "card_read" or seen.get("asks") == "insert":
                self._meet(seen)

    def _meet(self, seen: Observation) -> None:
        if self._last is not None and self._unseen is None and seen.t > self._last.t + BEFORE:
            self._unseen = seen

    def doubt(self, faults: Sequence[Injected]) -> Doubt | None:
        last, unseen = self._last, self._unseen
        if last is None or unseen is None or self._touched or self._at_work < unseen.t + AFTER:
            return None
        if self._logged and self._line is not None and self._line.t > unseen.t:
            return None
        what = "a card was read" if unseen.kind == "card_read" else "a card was asked for"
        return Doubt(
            last.t, f"nothing is seen on it since {span(last.t)}, and {what} at {span(unseen.t)}; "
            "is it still read (its log, camera or tap), or is it dark?", (last.n, unseen.n),
        )  # fmt: skip
