"""A talk in SCPI over a port: tell and check, ask and trust the answer.

An answer that came too late must never be taken for the next one's (pyvisa-py #376). So after any
question that was not answered the session is *out of step*, and the next question is put only
after a marker query has been answered: ``*ESE?;*ESE?;*IDN?``, with one ``*ESE?`` more each time, so
that no late answer looks like it.

Source: IEEE 488.2-1992, 6.1 (message exchange); SCPI-1999 vol. 2, 21.8 (SYSTem:ERRor?).
"""

import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TypeVar

from harness.errors import BenchError, DeviceRefused, Garbled, PortError, PortTimeout
from harness.ports.base import Port
from harness.wire.scpi_replies import (
    parse_boolean,
    parse_error,
    parse_integer,
    parse_number,
    parse_numbers,
    strip,
)

T = TypeVar("T")
LONGEST = 1 << 18  # bytes of one answer; 2048 groups of a timer are some 50 KiB
TOLD = 120  # characters of an answer that an error quotes
BUSY = 2.0  # s after its time that a busy host may come to read an answer
MOST_ERRORS = 40  # error queues hold 20 to 30
#: Questions whose answers look like no other's, used in turn, and what their answers look like.
MARKERS = tuple(("*ESE?;" * n + "*IDN?", rf"(?:\+?\d+;){{{n}}}[^;\d+][^;]*") for n in range(1, 9))


class ScpiSession:
    """One client's talk with one instrument.

    Attributes:
        heard: When the last answer was read, on the port's clock, s.
    """

    def __init__(
        self,
        port: Port,
        *,
        chatter: str | None = None,
        inter_command: float = 0.0,
        timeout: float = 5.0,
        markers: Sequence[tuple[str, str]] = MARKERS,
    ) -> None:
        """Make one; nothing is said yet.

        Args:
            port: The way to the instrument.
            chatter: Regex of lines that it says unasked; they are skipped.
            inter_command: Seconds it needs between two messages.
            timeout: Seconds it may take to answer.
            markers: Questions and regexes of their answers, to get back in step with: for one that
                answers only one question in a message. The question left unanswered is no marker.
        """
        self.port, self.heard = port, port.clock.now()
        self._chatter = re.compile(chatter) if chatter else None
        self._inter_command, self._timeout = inter_command, timeout
        self._in_step, self._markers, self._marker, self._asked = True, markers, -1, ""
        self._buffer, self._torn = b"", False
        self._spoke = float("-inf")

    # --- say and ask ------------------------------------------------------------------------

    def tell(self, command: str) -> None:
        """Send a command and ask for its errors.

        Raises:
            DeviceRefused: the instrument queued an error; the text has its own words.
        """
        self.send(command)
        self.check(command)

    def send(self, command: str) -> None:
        """Send a command and ask nothing: for what must not wait."""
        self._get_in_step()
        self._write(command)

    def shout(self, command: str) -> None:
        """Send a command though nothing may have been answered; a lost port is for the next to say.

        What was half said before is ended first. An answer that was under way may be dropped by the
        instrument (IEEE 488.2, 6.3.2.3); the session is out of step then anyway.
        """
        end = b"" if self._in_step else b"\n"
        with suppress(PortError):
            self.port.write(end + command.encode("latin-1") + b"\n")
        self._spoke = self.port.clock.now()

    def check(self, command: str) -> None:
        """Raise DeviceRefused for what the error queue holds, and leave it empty."""
        errors = self.errors()
        if errors:
            said = "; ".join(f'{code:+d},"{text}"' for code, text in errors)
            raise DeviceRefused(
                f"{self.port.address}: {command[:TOLD]!r} was refused: {said[: 5 * TOLD]}"
            )

    def errors(self) -> list[tuple[int, str]]:
        """Empty the instrument's error queue, oldest first."""
        errors: list[tuple[int, str]] = []
        while len(errors) < MOST_ERRORS:
            answer = self.ask("SYST:ERR?")
            try:
                code, text = parse_error(answer)
            except ValueError as error:
                raise Garbled(
                    f"{self.port.address}: {answer[:TOLD]!r} is no answer to SYST:ERR?"
                ) from error
            if code == 0:
                break
            errors.append((code, text))
        return errors

    def ask(self, query: str) -> str:
        """The answer to a query, without blanks, NULs and line ends.

        Raises:
            PortTimeout: no answer in time; the session gets back in step at the next question.
        """
        self._get_in_step()
        self._drop_unasked()
        return self._exchange(query)

    def number(self, query: str) -> float:
        """The answer to a query, as a number."""
        return self._parsed(query, parse_number)

    def integer(self, query: str) -> int:
        """The answer to a query, as a whole number."""
        return self._parsed(query, parse_integer)

    def numbers(self, query: str) -> list[float]:
        """The answer to a query, as numbers."""
        return self._parsed(query, parse_numbers)

    def boolean(self, query: str) -> bool:
        """The answer to a query, as yes or no."""
        return self._parsed(query, parse_boolean)

    def put(self, header: str, values: Sequence[float], *, at: str = "", within: float) -> None:
        """Set numbers and read them back: ``put("VOLT", [5], at="(@1)", within=0.003)``.

        Raises:
            DeviceRefused: the instrument says so, or reads back something else.
        """
        listed = ",".join(f"{value:.6g}" for value in values)
        self.tell(f"{header} {listed}{at and ','}{at}")
        seen = self.numbers(f"{header}? {at}".rstrip())
        if len(seen) != len(values) or not all(
            abs(one - other) <= within for one, other in zip(seen, values, strict=True)
        ):
            raise DeviceRefused(f"{header} was set to {listed} and reads back as {seen}")

    def pause(self, seconds: float) -> None:
        """Let time pass on the port's clock."""
        self._listen_until(self.port.clock.now() + seconds)

    # --- the wire ---------------------------------------------------------------------------

    def _parsed(self, query: str, parse: Callable[[str], T]) -> T:
        answer = self.ask(query)
        try:
            return parse(answer)
        except ValueError as error:
            raise Garbled(
                f"{self.port.address}: {query!r} was answered by {answer[:TOLD]!r}"
            ) from error

    def _exchange(self, query: str) -> str:
        self._write(query)
        self._asked = query
        self._in_step = False  # until the answer is here: a kill or a loss may come first
        deadline = self.port.clock.now() + self._timeout
        line = self._next_line(deadline)
        while line is not None and (not line or (self._chatter and self._chatter.match(line))):
            line = self._next_line(deadline)
        if line is None:
            raise PortTimeout(
                f"{self.port.address}: no answer to {query!r} within {self._timeout:g} s"
            )
        self._in_step = True
        return line

    def _get_in_step(self) -> None:
        if self._in_step:
            return
        clear = getattr(self.port, "clear", None)
        if clear is not None:
            clear()
        self._drop_unasked()
        marker, shape = self._next_marker()
        self._write(marker)
        deadline = self.port.clock.now() + self._timeout
        while (line := self._next_line(deadline)) is not None:
            if re.fullmatch(shape, line):
                self._in_step = True
                return
        raise PortTimeout(f"{self.port.address}: does not answer; {marker!r} brought nothing")

    def _next_marker(self) -> tuple[str, str]:
        """Another one than the last, and none whose answer may be what comes late."""
        for _ in self._markers:
            self._marker = (self._marker + 1) % len(self._markers)
            if self._markers[self._marker][0] != self._asked:
                break
        return self._markers[self._marker]

    def _write(self, message: str) -> None:
        self._listen_until(self._spoke + self._inter_command)
        try:
            self.port.write(message.encode("latin-1") + b"\n")
        except BenchError:
            self._in_step = False
            raise
        self._spoke = self.port.clock.now()

    def _drop_unasked(self) -> None:
        """What is here before the question cannot be its answer."""
        self._listen_until(float("-inf"))
        self._torn = bool(strip(self._buffer.rpartition(b"\n")[2]))
        self._buffer = b""

    def _listen_until(self, when: float) -> None:
        try:
            while chunk := self.port.read(until=max(when, self.port.clock.now())):
                self._buffer += chunk.data
                if len(self._buffer) > LONGEST:
                    self._buffer = b""
                    raise Garbled(f"{self.port.address}: it does not stop talking")
        except BenchError:
            self._in_step = False
            raise

    def _next_line(self, deadline: float) -> str | None:
        while b"\n" not in self._buffer:
            if len(self._buffer) > LONGEST:
                raise Garbled(f"{self.port.address}: an answer of {len(self._buffer)} bytes")
            chunk = self.port.read(until=deadline)
            if chunk is None or chunk.t > deadline + BUSY:  # some never stop talking
                return None
            self._buffer += chunk.data
            self.heard = chunk.t
        line, _, self._buffer = self._buffer.partition(b"\n")
        if self._torn:  # its beginning came before the question
            self._torn = False
            return ""
        return strip(line)
