"""``performance``: the class of IEC 61000-4-29 that a power disturbance may cost at most."""

from dataclasses import dataclass
from typing import ClassVar, Literal

from harness.judge._grade import Grade
from harness.judge._monitor import Monitor
from harness.judge._run import Run
from harness.model.trace import Observation


@dataclass(frozen=True, slots=True)
class Performance:
    """The terminal's performance class is this one, or a better one.

    Attributes:
        at_least: ``a`` kept working, ``b`` back by itself, ``c`` back with somebody's help.
    """

    SHORT: ClassVar[str] = "at_least"
    at_least: Literal["a", "b", "c"]

    def watch(self, run: Run) -> Monitor:
        return _Performance(self, run)


class _Performance(Monitor):
    kinds = Grade.kinds

    def __init__(self, word: Performance, run: Run) -> None:
        super().__init__(f"performance {word.at_least} or better", run)
        self._word = word
        self._grade = Grade(run)

    def on(self, seen: Observation) -> None:
        self._grade.on(seen)

    def conclude(self) -> None:
        found = self._grade.answer()
        if found is None:
            self.unsure(self._grade.why_not())
            return
        said = f"class {found.letter}: {found.reason}"
        settle = self.hold if found.letter <= self._word.at_least else self.fail
        settle(said, found.evidence)

    def waiting(self) -> str:
        return "the class is known when the run is over"
