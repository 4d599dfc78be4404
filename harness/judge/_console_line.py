"""Whether the console's line is to be believed: it may be behind, or bring all lines twice.

By a log that is two seconds behind cards are read that are out already; by one that says all twice
receipts are printed twice. The host's stamps say the one; that no line comes alone, the other.
"""

from collections import deque
from collections.abc import Sequence

from harness.judge._doubt import CONSOLE, Doubt
from harness.judge._monitor import TERMINAL, span
from harness.judge._run import Injected
from harness.model.trace import Observation

#: s by which a line may come behind what it tells of; s between a line and its double; so many
#: lines on end are no chance.
LATE, DOUBLE, MANY = 1.0, 0.5, 8
#: s after its line by which a request that is sent again is at the host.
AGAIN = 5.0
Key = tuple[object, object]
#: Requests that go out once; of any other a line may be that of a repetition.
ONCE = frozenset({"0100", "0200", "0800", "0820"})


class ConsoleLine:
    """See the module text, and ``_doubt.Line``."""

    role = CONSOLE
    kinds = frozenset({"line", "request_received", "request_sent"})

    def __init__(self) -> None:
        self._had: dict[Key, Observation] = {}
        self._in_time: set[Key] = set()
        self._of: Key = (None, None)
        self._told = 0.0  # when the line that is behind was told, s
        self._agreed = 0.0
        self._behind: Doubt | None = None
        self._waiting: deque[Observation] = deque()  # lines whose doubles may still come
        self._alone = 0.0
        self._doubled: list[int] = []

    def on(self, seen: Observation) -> None:
        if seen.kind == "line":
            self._pair(seen)
        elif seen.get("mti") in ONCE:
            self._compare(seen)

    def doubt(self, faults: Sequence[Injected]) -> Doubt | None:
        return self._behind or self._twice()

    def _compare(self, seen: Observation) -> None:
        """By the first line about a request; of one that is sent again it is known by which."""
        key = (seen["mti"], seen.get("stan"))
        if seen.source != TERMINAL:
            again = self._behind is not None and self._of == key
            if again and seen.t <= self._told + AGAIN:
                self._behind = None
            self._had.setdefault(key, seen)
            return
        had = self._had.get(key)
        if had is None or seen.t <= had.t + LATE:
            self._agreed = max(self._agreed, seen.t)
            self._in_time.add(key)
        elif self._behind is None and key not in self._in_time:
            self._of, self._told = key, seen.t
            self._behind = Doubt(
                self._agreed, f"it is {span(seen.t - had.t)} behind: the host had {seen['mti']} of "
                f"trace number {seen.get('stan')} at {span(had.t)}; what holds its lines back (a "
                "terminal server, a logger, the terminal's own log)?", (had.n, seen.n),
            )  # fmt: skip

    def _pair(self, seen: Observation) -> None:
        while self._waiting and self._waiting[0].t < seen.t - DOUBLE:
            self._alone = self._waiting.popleft().t
            self._doubled.clear()
        for one in self._waiting:
            if one["text"] == seen["text"]:
                self._waiting.remove(one)
                self._doubled.append(seen.n)
                return
        self._waiting.append(seen)

    def _twice(self) -> Doubt | None:
        if len(self._doubled) < MANY:
            return None
        why = (
            "every line of it comes twice; does its line give an echo, or do two programs log the"
            " same?"
        )
        return Doubt(self._alone, why, tuple(self._doubled[:2]))
