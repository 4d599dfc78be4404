"""Whether the console's line loses lines: others had what it does not tell of.

A request that the host received was sent, what the host has answered and the register heard as
approved was answered, a cryptogram that was never seen before is of a card that was read: a log
that tells of the others, and of that one not, has lost more than that one line (a cable, a buffer
that runs over, a logger that starts anew). By a line that is missing nobody fails. Of a sale that
asked twice nothing is said: who charges twice need not tell it.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from harness.judge._doubt import CONSOLE, Doubt
from harness.judge._monitor import TERMINAL, span
from harness.judge._register_line import STARTS, STOPPING
from harness.judge._run import Injected
from harness.model.trace import Observation

#: Requests that go out once each; others may be repeated without a line of their own.
ONCE = frozenset({"0100", "0200", "0800", "0820"})
ENDS = frozenset({"approved", "declined", "not_done"})
ANSWERS = frozenset({"0110", "0210"})
#: s by which a line may come behind what it tells of.
LATE = 3.0


@dataclass(slots=True)
class _Kind:
    """What others had and the console told, of one kind.

    Attributes:
        had: What -> who had it first.
        told: What -> the console's first line about it.
    """

    had: dict[object, Observation] = field(default_factory=dict)
    told: dict[object, Observation] = field(default_factory=dict)


class ConsoleGaps:
    """See the module text, and ``_doubt.Line``."""

    role = CONSOLE
    kinds = ENDS | {
        "request_received", "request_sent", "answered", "answer_received", "card_read",
        "sale_started", "sale_ended", "boot",
    }  # fmt: skip

    def __init__(self) -> None:
        self._kinds: dict[str, _Kind] = {}
        self._plain: set[object] = set()  # sales, as against other deals
        self._answered: set[object] = set()  # by the host: (mti, trace number)
        self._requests: defaultdict[object, set[object]] = defaultdict(set)  # sale -> trace numbers
        self._cryptograms: set[object] = {None, ""}
        self._boots: list[float] = []
        self._now = 0.0

    def on(self, seen: Observation) -> None:
        self._now = max(self._now, seen.t)
        if seen.kind == "boot":
            self._boots.append(seen.t)
        elif seen.kind == "sale_started" and not seen.get("what"):
            self._plain.add(seen["sale"])
        elif seen.kind == "sale_ended":
            self._end(seen)
        elif seen.kind == "answered":
            self._answered.add((seen.get("mti"), seen.get("stan")))
        elif seen.kind == "request_received":
            self._ask(seen)
        elif seen.source == TERMINAL:
            self._tell(seen)

    def _end(self, seen: Observation) -> None:
        """A sale: what the register heard as approved."""
        if seen.get("outcome") != "approved" or seen["sale"] not in self._plain:
            return
        self._had("an approval", "stan", seen)
        if any((mti, seen.get("stan")) in self._answered for mti in ANSWERS):
            self._had("an answer", "stan", seen)

    def _ask(self, seen: Observation) -> None:
        self._requests[seen.get("of")].add(seen.get("stan"))
        if seen.get("mti") in ONCE:
            self._had(f"a request ({seen['mti']})", "stan", seen)
        if seen.get("cryptogram") not in self._cryptograms:
            self._cryptograms.add(seen["cryptogram"])
            self._had("a card", "of", seen)

    def _tell(self, seen: Observation) -> None:
        if seen.kind in ENDS:
            self._told("an approval", "stan", seen)
        elif seen.kind == "card_read":
            self._told("a card", "of", seen)
        elif seen.get("mti") in ONCE:
            self._told(f"a request ({seen['mti']})", "stan", seen)
        elif seen.get("mti") in ANSWERS:
            self._told("an answer", "stan", seen)

    def _had(self, what: str, by: str, seen: Observation) -> None:
        if seen.get(by):
            self._kinds.setdefault(what, _Kind()).had.setdefault(seen[by], seen)

    def _told(self, what: str, by: str, seen: Observation) -> None:
        if seen.get(by):
            self._kinds.setdefault(what, _Kind()).told.setdefault(seen[by], seen)

    def doubt(self, faults: Sequence[Injected]) -> Doubt | None:
        found = [
            self._missing(what, had, kind, faults)
            for what, kind in self._kinds.items()
            if not kind.told.keys().isdisjoint(kind.had)
            for name, had in kind.had.items()
            if name not in kind.told
        ]
        return min(filter(None, found), key=lambda one: one.since, default=None)

    def _missing(
        self, what: str, had: Observation, kind: _Kind, faults: Sequence[Injected]
    ) -> Doubt | None:
        twice = bool(had.get("of")) and len(self._requests[had["of"]]) > 1
        if twice or self._stopped(had.t, faults) or had.t + LATE > self._now:
            return None
        agreed = [one.t for one in kind.told.values() if one.t < had.t]
        return Doubt(
            max(agreed, default=0.0), f"there was {what}, as {had.source} has it at {span(had.t)},"
            " and it tells of others and not of that one; what loses its lines (a cable, a buffer"
            " that runs over, a logger)?", (had.n,),
        )  # fmt: skip

    def _stopped(self, t: float, faults: Sequence[Injected]) -> bool:
        """Whether the terminal may have gone with the line on its lips."""
        stood = any(
            one.word.startswith(STOPPING)
            and one.at.t <= t + LATE
            and (one.cleared is None or t - LATE <= one.cleared.t)
            for one in faults
        )
        return stood or any(t <= boot <= t + STARTS for boot in self._boots)
