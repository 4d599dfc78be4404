"""Invariant 16: an update takes neither the terminal's keys nor what its acquirer set."""

from dataclasses import dataclass
from typing import ClassVar

from harness.judge._doubt import CONSOLE, EVERY_LINE
from harness.judge._monitor import TERMINAL, Monitor, span
from harness.judge._run import Run
from harness.judge._telling import stan_of
from harness.judge.invariants._safety import Safety
from harness.model.trace import Observation

#: Starts that are of an update's making.
BY_UPDATE = frozenset({"update", "rollback"})


@dataclass(frozen=True, slots=True)
class KeysSurvive:
    """Behind an update the terminal is who it was: same number, and its signatures are right.

    Seen from the host: each request names the same terminal (field 41), and none whose MAC is
    wrong, where they were right before it (payment invariant 16). What an update that never came
    to a start left behind is told by the start that follows it.
    """

    NUMBERS: ClassVar[tuple[int, ...]] = (16,)
    DOES_WITHOUT: ClassVar[frozenset[str]] = EVERY_LINE - {CONSOLE}

    def watch(self, run: Run) -> Monitor:
        return _KeysSurvive("keys_survive", run)


class _KeysSurvive(Safety):
    kinds = frozenset({"boot", "update", "request_received", "misbehaved"})

    def __init__(self, clause: str, run: Run) -> None:
        super().__init__(clause, run)
        self._begun = False  # an update, at any time before
        self._behind: Observation | None = None  # the first start since
        self._known: Observation | None = None  # the last request before it
        self._after: Observation | None = None
        self._wrong_before = False
        self._spoilt = False  # the host does things to keys and answers itself

    def on(self, seen: Observation) -> None:
        if seen.kind == "misbehaved":
            self._spoilt = True
        elif seen.kind == "request_received":
            self._request(seen)
        elif seen.source == TERMINAL and seen.kind == "update":
            self._begun = True
        elif seen.source == TERMINAL and (self._begun or seen.get("reason") in BY_UPDATE):
            self._behind = self._behind or seen

    def _request(self, seen: Observation) -> None:
        bad = seen.get("mac_ok") is False
        if self._behind is None:
            self._known, self._wrong_before = seen, self._wrong_before or bad
            return
        self._after = seen
        if self._known is not None and seen.get("tid") != self._known.get("tid"):
            self.fail(
                f"before the update it was terminal {self._known.get('tid')}, and at"
                f" {span(seen.t)} it is {seen.get('tid')}", (self._known.n, self._behind.n, seen.n),
            )  # fmt: skip
        elif bad and not self._wrong_before and not self._spoilt:
            self.fail(
                f"trace number {stan_of(seen)} was sent at {span(seen.t)} with a MAC that does not"
                " fit, the first since the update", (self._behind.n, seen.n),
            )  # fmt: skip

    def last_look(self) -> None:
        if self._behind is not None and self._after is None:
            self.unsure("nothing was asked of the host behind the update", (self._behind.n,))

    def held(self) -> str:
        if self._behind is None:
            return "no start followed an update"
        return "the terminal is who it was, and its requests are signed as they must be"
