"""The terminal's console: a log line for everything it does, on a serial line.

A line is ``HH:MM:SS.mmm L part: text``, L one of D I W E. Card numbers are cut before they get
here, and cut again on the way out (PCI DSS 3.4): ``clean`` is that last gate.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from harness.wire.pan import mask

KEPT = 4000  # lines in memory, for who asks later


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the log, its parts apart."""

    when: datetime
    level: str
    part: str
    text: str


class Log:
    """Writes log lines to whoever listens on the console.

    Attributes:
        recent: The last lines, oldest first; gone with the next reset.
        listeners: Called with every new line; must not wait.
    """

    def __init__(self, write: Callable[[str], None], wall_time: Callable[[], datetime]) -> None:
        self._write = write
        self._wall_time = wall_time
        self.recent: deque[Line] = deque(maxlen=KEPT)
        self.listeners: list[Callable[[Line], None]] = []

    def say(self, part: str, text: str) -> None:
        self.line("I", part, text)

    def say_warning(self, part: str, text: str) -> None:
        self.line("W", part, text)

    def say_error(self, part: str, text: str) -> None:
        self.line("E", part, text)

    def line(self, level: str, part: str, text: str) -> None:
        """One line; whatever looks like a card number is cut out of it."""
        line = Line(self._wall_time(), level, part, self.clean(text))
        self.recent.append(line)
        self._write(f"{line.when.strftime('%H:%M:%S.%f')[:-3]} {level} {part}: {line.text}")
        for hear in list(self.listeners):
            hear(line)

    def clean(self, text: str) -> str:
        return mask(text)
