"""``sometimes``: something is reached at all; the guard against passes that show nothing."""

from dataclasses import dataclass

from harness.judge._monitor import Monitor, span
from harness.judge._run import Run
from harness.judge.vocabulary._matching import kinds_of
from harness.model.pattern import Pattern
from harness.model.trace import Observation


@dataclass(frozen=True, slots=True)
class Sometimes:
    """Passes when it is seen; not seen is INCONCLUSIVE here, and a matter of the whole campaign.

    Attributes:
        see: What must be reached; any of several.
        name: How reports name it.
    """

    see: list[Pattern]
    name: str = ""

    def __post_init__(self) -> None:
        if not self.see:
            raise ValueError("see: nothing is to be reached")

    def watch(self, run: Run) -> Monitor:
        return _Sometimes(self, run)


class _Sometimes(Monitor):
    def __init__(self, word: Sometimes, run: Run) -> None:
        super().__init__(f"sometimes {word.name or ' or '.join(map(str, word.see))}", run)
        self._word = word
        self.kinds = kinds_of(word.see)

    def on(self, seen: Observation) -> None:
        if any(pattern.matches(seen) is not None for pattern in self._word.see):
            self.hold(f"reached at {span(seen.t)}", (seen.n,))

    def conclude(self) -> None:
        """Not reached in this run."""

    def waiting(self) -> str:
        return "it was not reached in this run"
