"""``never``: something is not seen, always or while a window is open."""

from dataclasses import dataclass

from harness.judge._monitor import TERMINAL, Monitor, span
from harness.judge._run import Run
from harness.judge.vocabulary._matching import agree, edge, kinds_of, match, of_whom
from harness.model.pattern import Pattern
from harness.model.trace import Observation


@dataclass(frozen=True, slots=True)
class Never:
    """A match fails at once.

    Attributes:
        see: What may not be seen; any of several.
        between: Two patterns that open and close the window; always when left out. A window that
            never opened shows nothing. What a terminal says again when the story is past the end
            opens none, unless that end comes again.
        name: How reports name it.
    """

    see: list[Pattern]
    between: list[Pattern] | None = None
    name: str = ""

    def __post_init__(self) -> None:
        if not self.see:
            raise ValueError("see: nothing is forbidden")
        if self.between is not None and len(self.between) != 2:
            raise ValueError(f"between: {len(self.between)} patterns seen, wanted two")

    def watch(self, run: Run) -> Monitor:
        return _Never(self, run)


@dataclass(slots=True)
class _Window:
    """An open one.

    Attributes:
        bound: What its opening has bound.
        begun: Its opening.
        again: Whether it opened when its end had come once: it counts if that comes again.
        broken: What was seen in it then.
    """

    bound: dict[str, str]
    begun: Observation
    again: bool = False
    broken: tuple[Pattern, Observation] | None = None


class _Never(Monitor):
    def __init__(self, word: Never, run: Run) -> None:
        super().__init__(f"never {word.name or ' nor '.join(map(str, word.see))}", run)
        self._word = word
        self._edges = [edge(pattern) for pattern in word.between or ()]
        self._windows: list[_Window] = []
        self._opened = 0
        first, last = [pattern.source for pattern in word.between or ()] or ("", "")
        self._scripted = (first, last) == (TERMINAL, "engine")
        self._past = False  # whether the end has come once
        self.kinds = kinds_of((*word.see, *self._edges))

    def on(self, seen: Observation) -> None:
        if not self._edges:
            self._look(None, seen)
            return
        self._close(seen)
        for one in self._windows:
            self._look(one, seen)
        opens = self._edges[0].matches(seen)
        if opens is not None and all(opens != known.bound for known in self._windows):
            self._windows.append(_Window(opens, seen, again=self._scripted and self._past))
            self._opened += 1

    def _close(self, seen: Observation) -> None:
        ends = self._edges[1].matches(seen)
        if ends is None:
            return
        self._past = True
        closed = [one for one in self._windows if agree(one.bound, ends)]
        self._windows = [one for one in self._windows if not agree(one.bound, ends)]
        for one in closed:
            if one.broken is not None:
                self._breach(*one.broken, one)

    def _look(self, window: "_Window | None", seen: Observation) -> None:
        for pattern in self._word.see:
            if match(pattern, seen, window.bound if window is not None else {}) is None:
                continue
            if window is not None and window.again:
                window.broken = window.broken or (pattern, seen)
            else:
                self._breach(pattern, seen, window)

    def _breach(self, pattern: Pattern, seen: Observation, window: "_Window | None") -> None:
        begun, bound = (window.begun, window.bound) if window is not None else (None, {})
        into = f", {span(seen.t - begun.t)} into the window" if begun is not None else ""
        self.fail(
            f"{str(pattern)!r} was seen at {span(seen.t)}{into}{of_whom(bound)}",
            (*([begun.n] if begun is not None else []), seen.n),
        )

    def conclude(self) -> None:
        silent = sorted({
            pattern.source for pattern in self._word.see if pattern.source
        } - self.run.heard - {"engine"})  # fmt: skip
        if self._edges and not self._opened:
            return
        if silent:
            self.unsure(f"nothing at all was heard from {', '.join(silent)}")
        else:
            times = f" in {self._opened} windows" if self._edges else ""
            self.hold(f"not seen{times}")

    def waiting(self) -> str:
        if self._edges and not self._opened:
            return f"the window never opened: {str(self._edges[0])!r} never came"
        return "watched until the run ends"
