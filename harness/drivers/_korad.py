"""One client's talk with a supply of the Korad kind: nothing ends a message, time does.

Source: sigrok's wiki (Korad KAxxxxP series) and its driver's notes on timing. Every answer has a
length that must be known: five characters, one raw byte for ``STATUS?``, any for ``*IDN?``. A set
is not answered. What comes too soon after a message is dropped without a word, so there is a pause
after each; in it nothing may be heard but the stray sixth byte that ``ISET1?`` brings.
"""

import re
from contextlib import suppress

from harness.errors import BenchError, Garbled, PortError, PortTimeout
from harness.ports.base import Port
from harness.wire.scpi_replies import parse_number

WHO = "*IDN?"
LENGTHS = {"STATUS?": 1, WHO: 0}  # any other question: 5
STRAY = {"ISET1?": 1}
LONGEST = 1 << 16  # bytes: nobody has that much to say
QUIET = 0.3  # s without a byte: an answer of unknown length is over
NAMED = re.compile(r"[A-Z]{1,12}[ -]?[\w .:/-]{4,}$")


class KoradSession:
    """The same words as a ``ScpiSession``, so that a supply's driver can stand on either.

    Attributes:
        heard: When the last answer was read, on the port's clock, s.
    """

    def __init__(
        self, port: Port, *, gap: float = 0.08, settle: float = 0.08, timeout: float = 1.0
    ) -> None:
        """Make one; nothing is said yet.

        Args:
            port: The serial line.
            gap: Seconds it needs after a question.
            settle: Seconds it needs after a set and after ``STATUS?``.
            timeout: Seconds it may take to answer.
        """
        self.port, self.heard = port, port.clock.now()
        self._gap, self._settle, self._timeout = gap, settle, timeout
        self._free, self._in_step = float("-inf"), True

    def tell(self, command: str) -> None:
        """Set something; it says nothing to that, so the driver reads it back."""
        self._get_in_step()
        self._write(command, self._settle)
        if extra := self._listen_until(self._free):
            self._in_step = False
            raise Garbled(f"{self.port.address}: {command!r} was answered by {extra[:80]!r}")

    def ask(self, query: str) -> str:
        """The answer; latin-1, so that ``STATUS?`` keeps its eight bits.

        Raises:
            PortTimeout: too few bytes in time.
            Garbled: too many.
        """
        self._get_in_step()
        self._in_step = False  # until the answer is here, and no more than it
        length = LENGTHS.get(query, 5)
        self._write(query, self._settle if query == "STATUS?" else self._gap)
        answer = self._answer(length)
        if len(answer) < max(1, length):
            raise PortTimeout(f"{self.port.address}: {query!r} was answered by {answer!r}")
        extra = b""
        if length:
            answer, extra = answer[:length], answer[length:]
        extra += self._listen_until(self._free)
        if len(extra) > STRAY.get(query, 0):
            said = (answer + extra)[:80]
            raise Garbled(f"{self.port.address}: {query!r} was answered by {said!r}")
        self._in_step = True
        return answer.decode("latin-1")

    def shout(self, command: str) -> None:
        """Set without waiting for anything."""
        with suppress(PortError):
            self.port.write(command.encode())
        self._free = self.port.clock.now() + self._settle

    def number(self, query: str) -> float:
        answer = self.ask(query)
        try:
            return parse_number(answer)
        except ValueError as error:
            self._in_step = False
            raise Garbled(f"{self.port.address}: {query!r} was answered by {answer!r}") from error

    def errors(self) -> list[tuple[int, str]]:
        """It tells none."""
        return []

    def pause(self, seconds: float) -> None:
        """Let time pass on the port's clock."""
        self._listen_until(self.port.clock.now() + seconds)

    # --- the wire ---------------------------------------------------------------------------

    def _write(self, message: str, pause: float) -> None:
        self._listen_until(max(self._free, self.port.clock.now()))
        self.port.write(message.encode())
        self._free = self.port.clock.now() + pause

    def _answer(self, length: int) -> bytes:
        """So many bytes, or all until it is quiet."""
        heard, until = b"", self.port.clock.now() + self._timeout
        limit = until + self._timeout  # a name is short, even at 1200 bit/s
        while len(heard) < (length or LONGEST):
            chunk = self.port.read(until)
            if chunk is None:
                break
            heard, self.heard = heard + chunk.data, chunk.t
            if not length:
                until = min(self.port.clock.now() + QUIET, limit)
        self._free = max(self._free, self.heard + self._gap)
        return heard

    def _get_in_step(self) -> None:
        """After an answer that did not come as it should: until it ends with its name."""
        if self._in_step:
            return
        self.pause(QUIET)
        self._write(WHO, self._gap)
        heard = self._answer(0).decode("latin-1")
        if not NAMED.search(heard):
            raise PortTimeout(f"{self.port.address}: does not say who it is but {heard[-80:]!r}")
        self._listen_until(self._free)
        self._in_step = True

    def _listen_until(self, when: float) -> bytes:
        heard = b""
        try:
            while chunk := self.port.read(until=when):
                heard += chunk.data
                if len(heard) > LONGEST:
                    raise Garbled(f"{self.port.address}: it does not stop talking")
        except BenchError:
            self._in_step = False
            raise
        return heard
