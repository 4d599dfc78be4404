"""The firmware's end of the AT port: one command at a time, the unasked lines to whom they concern.

A task reads the port all the time, so an unasked line is met when it comes, not later.
"""

from collections.abc import Callable

from harness.clock import Clock
from harness.errors import PortLost
from harness.ports.base import Port
from harness.sim.terminal.turn import Turn
from harness.wire.at import Exchange, LineSplitter, Part
from harness.wire.at_finals import Final

REOPEN = 1.0  # s between two tries to have the port back
SHORT = 3.0  # s; the maker's limit for commands that touch no network is 300 ms


class ModemSilent(Exception):
    """The modem did not answer in time."""


class ModemRefused(Exception):
    """The modem answered with an error.

    Attributes:
        final: Its final result.
    """

    def __init__(self, command: str, final: Final) -> None:
        super().__init__(f"{command}: {final.text}")
        self.final = final


class AtLine:
    """AT commands over a port; a port that goes (USB re-enumerates) is opened again."""

    def __init__(
        self, clock: Clock, open_port: Callable[[], Port], unasked: Callable[[str], None]
    ) -> None:
        self._clock = clock
        self._open_port = open_port
        self._port = open_port()
        self._unasked = unasked
        self._splitter = LineSplitter()
        self._out: Exchange | None = None
        self._answered = clock.signal("an answer of the modem")
        self._turn = Turn(clock, "the modem")

    def run(self) -> None:
        """Read for ever; a task of its own."""
        while True:
            try:
                chunk = self._port.read()
            except PortLost:
                self._reopen()
                continue
            if chunk is not None:
                for line in self._splitter.feed(chunk.data):
                    self._sort(line)

    def _reopen(self) -> None:
        self._clock.sleep(REOPEN)
        self._splitter.drop()
        try:
            self._port = self._open_port()
        except PortLost:
            return  # the old one is still lost: the next read says so

    def ask(self, command: str, within: float = SHORT) -> list[str]:
        """The answer's lines; raises ModemRefused, or ModemSilent after ``within`` seconds."""
        with self._turn.taken():
            out = self._out = Exchange(command)
            try:
                self._port.write(command.encode("latin-1") + b"\r")
                self._answered.wait_for(lambda: out.final is not None, self._clock.now() + within)
            except PortLost as error:
                raise ModemSilent(command) from error
            finally:
                self._out = None
        if out.final is None:
            raise ModemSilent(command)
        if not out.final.ok:
            raise ModemRefused(command, out.final)
        return out.lines

    def _sort(self, line: str) -> None:
        part = self._out.take(line) if self._out is not None else Part.UNASKED
        if part is Part.FINAL:
            self._answered.notify()
        elif part is Part.UNASKED:
            self._unasked(line)
