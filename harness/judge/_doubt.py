"""What makes a line of the bench's doubtful: who contradicts it, and since when.

A doubt spoils what rests on its line, and nothing else (``_without``).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from harness.judge._run import Injected
from harness.model.trace import Observation

#: The lines, by the role that is at their end: the register's, the log's, what reads the display,
#: and a person's word.
REGISTER, CONSOLE, DISPLAY, HANDS = "terminal", "console", "display", "hands"
EVERY_LINE = frozenset({REGISTER, CONSOLE, DISPLAY, HANDS})


@dataclass(frozen=True, slots=True)
class Doubt:
    """A contradiction.

    Attributes:
        since: The last time at which line and others agreed, s.
        why: Who says what, and what to look at.
        lines: The observations it rests on.
    """

    since: float
    why: str
    lines: tuple[int, ...]


class Line(Protocol):
    """Fed with what is seen of its ``kinds``.

    Attributes:
        role: Whose line it is.
        kinds: What it wants to be fed.
    """

    role: str
    kinds: frozenset[str]

    def on(self, seen: Observation) -> None: ...

    def doubt(self, faults: Sequence[Injected]) -> Doubt | None:
        """The first contradiction, outside what faults explain; None where there is none."""
