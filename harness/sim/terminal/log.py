"""The terminal's console: a log line for everything it does, on a serial line.

A line is ``HH:MM:SS.mmm L part: text``, L one of D I W E. Card numbers are cut before they get
here, and cut again on the way out (PCI DSS 3.4): ``clean`` is that last gate.
"""

from collections.abc import Callable
from datetime import datetime

from harness.wire.pan import mask


class Log:
    """Writes log lines to whoever listens on the console."""

    def __init__(self, write: Callable[[str], None], wall_time: Callable[[], datetime]) -> None:
        self._write = write
        self._wall_time = wall_time

    def say(self, part: str, text: str) -> None:
        self.line("I", part, text)

    def say_warning(self, part: str, text: str) -> None:
        self.line("W", part, text)

    def say_error(self, part: str, text: str) -> None:
        self.line("E", part, text)

    def line(self, level: str, part: str, text: str) -> None:
        """One line; whatever looks like a card number is cut out of it."""
        stamp = self._wall_time().strftime("%H:%M:%S.%f")[:-3]
        self._write(f"{stamp} {level} {part}: {self.clean(text)}")

    def clean(self, text: str) -> str:
        return mask(text)
