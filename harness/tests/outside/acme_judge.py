"""A clause of a third party: ``greets``."""

from dataclasses import dataclass

from harness.judge import Monitor, Run
from harness.model.trace import Observation


@dataclass(frozen=True, slots=True)
class Greets:
    """The display shows a text at some time of the run.

    Attributes:
        text: What it shows.
    """

    text: str

    def watch(self, run: Run) -> Monitor:
        return _Greets(self, run)


class _Greets(Monitor):
    kinds = frozenset({"display"})

    def __init__(self, word: Greets, run: Run) -> None:
        super().__init__(f"greets with {word.text}", run)
        self._text = word.text

    def on(self, seen: Observation) -> None:
        if self._text in str(seen.get("text")):
            self.hold(f"seen at {seen.t:g} s", (seen.n,))

    def conclude(self) -> None:
        if self.run.hears("display"):
            self.fail(f"{self._text!r} was never shown")
        else:
            self.unsure("the display is not observed on this rig")
