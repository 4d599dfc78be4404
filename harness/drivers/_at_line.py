"""The wire under an AT session: commands out, lines in, each line to whom it belongs.

Source: ITU-T V.250; 3GPP TS 27.007, 27.005; time limits from the Quectel EC25&EC21 AT Commands
Manual and the constants of ModemManager.
"""

import re
from collections.abc import Callable
from typing import TypeVar

from harness.errors import DeviceRefused, Garbled, PortTimeout
from harness.ports.base import Chunk, Port
from harness.wire.at import STARTED, Exchange, LineSplitter, Part
from harness.wire.at_commands import ESCAPE, SUBMIT
from harness.wire.at_finals import Final

T = TypeVar("T")

#: What a command may take, s; the first beginning that fits.
LIMITS: tuple[tuple[str, float], ...] = (
    ("AT+COPS=?", 315.0),  # ModemManager; the EC25 manual says 180
    ("AT+COPS=", 180.0),
    ("AT+CGACT=", 150.0),
    ("AT+CGATT=", 140.0),
    ("AT+CUSD=", 120.0),
    ("AT+CMGL", 120.0),
    ("AT+CMGD", 30.0),
    ("AT+CMGS", 120.0),
    ("AT+CFUN=", 15.0),
    ("AT+CPIN", 5.0),
)
USUAL = 5.0
MOST = 1 << 20  # bytes of one answer; a port that never ends is no modem's
EARS = 100  # unasked lines that are remembered after a command; chunks taken in at once
LONGEST = 1000  # signs of a command; modems take 556 (27.007) to some 2000


class Refused(DeviceRefused):
    """The modem refused a command.

    Attributes:
        command: What it was asked.
        final: Its words, as read.
    """

    def __init__(self, command: str, final: Final) -> None:
        super().__init__(f"{command}: {final.text} ({final.cause or 'no cause given'})")
        self.command, self.final = command, final


class Restarted(Exception):
    """The modem restarted while a command was out."""


class Spelling:
    """For replayed dialogues: a command, and the lines of its answer with OK."""

    @staticmethod
    def asked(text: str) -> bytes:
        return f"{text}\r".encode()

    @staticmethod
    def answered(text: str) -> bytes:
        return "".join(f"\r\n{line}\r\n" for line in text.split("\n")).encode()


class AtLine:
    """Sends a command and sorts what comes.

    Args:
        port: Where the modem is.
        on_unasked: Called with (time, line) for every line nobody asked for.

    Attributes:
        port: Where the modem is.
        started: Whether its settings are made, as far as is known.
        silenced: Whether it was told not to echo, and heeds that.
        restarted: Whether it has said that it has just started.
        unanswered: Time-outs in a row.
    """

    def __init__(self, port: Port, *, on_unasked: Callable[[float, str], None]) -> None:
        self.port, self._on_unasked = port, on_unasked
        self.splitter = LineSplitter()
        self.started = self.restarted = self.silenced = False
        self.unanswered = 0
        self._heard: list[str] = []

    def await_line(self, read: Callable[[str], T | None], *, within: float) -> T:
        """The first unasked line since the last command that can be read; raises PortTimeout."""
        clock = self.port.clock
        until, at = clock.now() + within, 0
        while True:
            found = next(filter(None, map(read, self._heard[at:])), None)
            if found is not None:
                return found
            at = len(self._heard)
            chunk = self.port.read(until) if at < EARS and clock.now() < until else None
            if chunk is None:
                raise PortTimeout(f"{self.port.address}: it did not tell within {within:g} s")
            self.hear(chunk)

    def heard(self, beginning: str) -> list[str]:
        """The unasked lines that begin so, since the last command was sent."""
        return [line for line in self._heard if line.startswith(beginning)]

    def hear(self, chunk: Chunk) -> None:
        """Take in what came while no command was out."""
        for line in self.splitter.feed(chunk.data):
            self.tell(chunk.t, line)

    def tell(self, t: float, line: str) -> None:
        """Hand on a line that nobody asked for."""
        text = line.strip()
        if STARTED.match(text):
            self.started, self.restarted = False, True
        if len(self._heard) < EARS:
            self._heard.append(text)
        self._on_unasked(t, text)

    def exchange(self, command: str, within: float | None = None, text: bytes = b"") -> Exchange:
        """One command to its end; raises Refused, PortTimeout, Garbled, PortLost or Restarted."""
        check(command)
        limit = within if within is not None else _limit(command)
        exchange, self.splitter.prompting = Exchange(command), bool(text)
        self._heard.clear()
        self.port.write(f"{command}\r".encode("ascii"))
        try:
            self._await_final(exchange, limit, text)
        except PortTimeout:
            self.started = False  # a late answer must not meet the next command
            self.unanswered += 1
            if text:
                self.port.write(bytes([ESCAPE]))  # it may still wait for its text
            raise
        finally:
            self.splitter.prompting = False
        self.unanswered = 0
        if exchange.echoed and self.silenced:
            self.started = False  # it restarted and told nobody
        if exchange.final is None or not exchange.final.ok:
            raise Refused(command, exchange.final or Final(False, ""))
        return exchange

    def _await_final(self, exchange: Exchange, limit: float, text: bytes) -> None:
        clock, taken = self.port.clock, 0
        until = clock.now() + limit
        while exchange.final is None:
            chunk = self.port.read(until) if clock.now() <= until else None
            if chunk is None:
                raise PortTimeout(
                    f"{self.port.address}: no answer to {exchange.command} in {limit:g} s"
                )
            taken += len(chunk.data)
            if taken > MOST:
                self.started = False
                raise Garbled(f"{exchange.command}: {taken} bytes came, and no end of them")
            if self._sort(chunk, exchange, text) and exchange.final is None:
                raise Restarted(exchange.command)

    def _sort(self, chunk: Chunk, exchange: Exchange, text: bytes) -> bool:
        """Whose line is whose; whether one of them says that it has just started."""
        before, self.restarted = self.restarted, False
        for line in self.splitter.feed(chunk.data):
            if text and line.strip(" \x1a").encode("latin-1").endswith(text):
                continue  # its echo
            part = Part.UNASKED if exchange.final is not None else exchange.take(line)
            if part is Part.PROMPT:
                self.splitter.prompting = False
                self.port.write(text + bytes([SUBMIT]))
            elif part is Part.UNASKED:
                self.tell(chunk.t, line)  # after the final result: glued behind OK
        now, self.restarted = self.restarted, before or self.restarted
        return now


def _limit(command: str) -> float:
    found = [limit for start, limit in LIMITS if command.upper().startswith(start)]
    return found[0] if found else USUAL


def check(command: str) -> None:
    """Raise DeviceRefused for what could not be sent, or would be two commands."""
    if len(command) > LONGEST or not re.fullmatch(r"[\x20-\x7e]{2,}", command):
        raise DeviceRefused(f"{command[:40]!r}...: {len(command)} signs that no modem takes")
