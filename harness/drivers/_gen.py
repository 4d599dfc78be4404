"""One client's talk with a supply that speaks TDK-Lambda's GEN language.

Source: TDK-Lambda Genesys user manual 83-507-013, 7.5 to 7.8: lines end with CR, every command is
answered by ``OK`` or an error code, every query by its value; the unit that was named last by
``ADR`` listens, all others are silent. An answer bears no mark of its question, so after one that
did not come the talk gets back in step by questions whose answers have a shape of their own.
"""

import re
from contextlib import suppress

from harness.errors import BenchError, DeviceRefused, Garbled, PortError, PortTimeout
from harness.ports.base import Port
from harness.wire.scpi_replies import parse_number

#: Tables 7-1 and 7-2.
ERRORS = {
    "C01": "illegal command or query", "C02": "missing parameter", "C03": "illegal parameter",
    "C04": "checksum error", "C05": "setting out of range",
    "E01": "voltage above 105 % of the rating or 95 % of OVP", "E02": "voltage below UVL",
    "E04": "OVP below 105 % of the voltage", "E06": "UVL above the voltage",
    "E07": "no output during a fault shut-down",
}  # fmt: skip
#: Asked in turn to get in step: the answer to one is no late answer to the other.
MARKERS = (("IDN?", re.compile(r"(?i).*LAMBDA.*")), ("DVC?", re.compile(r"[\d.]+(?:,[\d.]+){5}")))
SERVICE_REQUEST = re.compile(r"[!I]\d\d")  # 7.9.4; may come at any time
LONGEST = 1 << 16  # bytes in which an answer must have ended
QUIET = 0.2  # s without a byte: nothing late is under way any more
ADDRESSING = 0.1  # s after ADR (7.5.2)


class GenSession:
    """The same words as a ``ScpiSession``, so that a supply's driver can stand on either.

    Attributes:
        heard: When the last answer was read, on the port's clock, s.
    """

    def __init__(self, port: Port, *, address: int, timeout: float = 1.0) -> None:
        """Make one; nothing is said yet.

        Args:
            port: The serial line.
            address: The unit's address, 0 to 30.
            timeout: Seconds it may take to answer.
        """
        self.port, self.heard = port, port.clock.now()
        self._address, self._timeout = address, timeout
        self._addressed, self._in_step, self._turn = False, True, 0
        self._buffer = b""

    def tell(self, command: str) -> None:
        """Command; raises DeviceRefused with the meaning of its error code."""
        answer = self.ask(command)
        if answer != "OK":
            raise Garbled(f"{self.port.address}: {command!r} was answered by {answer!r}, not OK")

    def ask(self, query: str) -> str:
        """The answer; raises DeviceRefused for an error code, PortTimeout."""
        self._get_in_step()
        if not self._addressed:
            if (said := self._exchange(f"ADR {self._address}")) != "OK":
                raise Garbled(f"{self.port.address}: ADR was answered by {said!r}")
            self._addressed = True
            self.pause(ADDRESSING)
        answer = self._exchange(query)
        if answer in ERRORS:
            said = f"{answer} ({ERRORS[answer]})"
            raise DeviceRefused(f"{self.port.address}: {query!r} was refused: {said}")
        return answer

    def shout(self, command: str) -> None:
        """Command without waiting for anything; what was half said before is ended first."""
        with suppress(PortError):
            self.port.write(f"\rADR {self._address}\r{command}\r".encode())
        self._in_step = False

    def number(self, query: str) -> float:
        answer = self.ask(query)
        try:
            return parse_number(answer)
        except ValueError as error:
            raise Garbled(f"{self.port.address}: {query!r} was answered by {answer!r}") from error

    def boolean(self, query: str) -> bool:
        answer = self.ask(query)
        if answer.upper() not in ("ON", "OFF", "1", "0"):
            raise Garbled(f"{self.port.address}: {query!r} was answered by {answer!r}")
        return answer.upper() in ("ON", "1")

    def errors(self) -> list[tuple[int, str]]:
        """There is no queue: each error was told at once."""
        return []

    def pause(self, seconds: float) -> None:
        """Let time pass on the port's clock."""
        self._listen_until(self.port.clock.now() + seconds)

    # --- the wire ---------------------------------------------------------------------------

    def _exchange(self, message: str) -> str:
        self._listen_until(self.port.clock.now())  # what is here before cannot be its answer
        self._buffer = b""
        self._in_step = False
        self.port.write(message.encode("latin-1") + b"\r")
        line = self._next_line(self.port.clock.now() + self._timeout)
        if line is None:
            raise PortTimeout(f"{self.port.address}: no answer to {message!r}")
        self._in_step = True
        return line

    def _get_in_step(self) -> None:
        if self._in_step:
            return
        self._addressed = False
        self.pause(QUIET)
        self._buffer = b""
        self._turn = 1 - self._turn
        marker, shape = MARKERS[self._turn]
        self.port.write(f"\rADR {self._address}\r".encode())  # a CR alone is answered by OK
        self.pause(ADDRESSING)
        self.port.write(f"{marker}\r".encode())
        deadline = self.port.clock.now() + self._timeout
        while (line := self._next_line(deadline)) is not None:
            if shape.fullmatch(line):
                self.pause(QUIET)
                self._in_step = self._addressed = True
                return
        raise PortTimeout(f"{self.port.address}: unit {self._address} does not answer {marker!r}")

    def _listen_until(self, when: float) -> None:
        heard = 0
        try:
            while chunk := self.port.read(until=when):
                self._buffer = (self._buffer + chunk.data)[-4096:]
                heard += len(chunk.data)
                if heard > LONGEST:
                    raise Garbled(f"{self.port.address}: it does not stop talking")
        except BenchError:
            self._in_step = False
            raise

    def _next_line(self, deadline: float) -> str | None:
        heard = 0
        while heard <= LONGEST:
            line, end, rest = self._buffer.partition(b"\r")
            if end:
                self._buffer = rest
                text = line.decode("latin-1").strip()
                if text and not SERVICE_REQUEST.fullmatch(text):
                    return text
                continue
            chunk = self.port.read(until=deadline)
            if chunk is None:
                return None
            self._buffer, self.heard = self._buffer + chunk.data, chunk.t
            heard += len(chunk.data)
        raise Garbled(f"{self.port.address}: it does not stop talking")
