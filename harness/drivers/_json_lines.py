"""The control language of our own devices: JSON lines, answers in order, events between.

Since answers come in order, that of a request that was given up is still owed: it is passed over
when it comes, and never taken for the next one's. A device that serves the terminal and does not
answer may have stood still since its last word: what was seen after that is not to be trusted.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

from harness.errors import DeviceRefused, Garbled, PortLost, PortTimeout, Unheard
from harness.ports.base import Port

LONGEST = 1 << 20  # B; a line that does not end is garbage


class JsonLines:
    """One conversation.

    Args:
        port: Where the device is.
        heard: Called with every event: its word, the stamp of its chunk, its fields.
        wait: Seconds an answer may take.
        serves: Whether the terminal has something of it unasked, and suffers when it stands still.
    """

    def __init__(
        self, port: Port, heard: Callable[[str, float, dict[str, Any]], None], *,
        wait: float = 5.0, serves: bool = True,
    ) -> None:  # fmt: skip
        self._port = port
        self._heard = heard
        self._wait = wait
        self._serves = serves
        self._rest = b""
        self._answers: list[Mapping[str, Any]] = []
        self._owed = 0  # answers of requests that were given up
        self._spoke = 0.0  # when it was last heard

    def ask(self, word: str, **fields: Any) -> Mapping[str, Any]:
        """Send a request and return its answer.

        Raises PortTimeout (Unheard of one that serves), PortLost, Garbled, and DeviceRefused in
        the device's own words.
        """
        line = json.dumps({"do": word, **fields}, separators=(",", ":"))
        try:
            answer = self._answer(word, line.encode() + b"\n")
        except PortLost:
            self._owed, self._rest = 0, b""  # a new connection owes nothing
            raise
        if "error" in answer:
            raise DeviceRefused(f"{self._port.address}: {word}: {answer['error']}")
        return answer

    def _answer(self, word: str, line: bytes) -> Mapping[str, Any]:
        self.attend()
        self._answers.clear()  # nobody asked
        self._port.write(line)
        until = self._port.clock.now() + self._wait
        while not self._answers:
            chunk = self._port.read(until)
            if chunk is None:
                self._owed += 1
                said = f"{self._port.address}: no answer to {word} in {self._wait:g} s"
                raise Unheard(said, self._spoke) if self._serves else PortTimeout(said)
            self._take(chunk.data, chunk.t)
        return self._answers.pop(0)

    def attend(self) -> None:
        """Take in what is here without waiting."""
        while self._port.readable:
            chunk = self._port.read(self._port.clock.now())
            if chunk is None:
                return
            self._take(chunk.data, chunk.t)

    def _take(self, data: bytes, t: float) -> None:
        self._spoke = t
        *lines, self._rest = (self._rest + data).split(b"\n")
        if len(self._rest) > LONGEST:
            raise Garbled(f"{self._port.address}: a line without an end")
        for line in lines:
            if line.strip():
                self._sort(self._read(line), t)

    def _read(self, line: bytes) -> dict[str, Any]:
        try:
            said = json.loads(line)
        except (ValueError, RecursionError):
            said = None
        if not isinstance(said, dict):
            raise Garbled(f"{self._port.address}: a line that is no JSON object")
        return said

    def _sort(self, said: dict[str, Any], t: float) -> None:
        if "event" in said:
            word = str(said.pop("event"))
            self._heard(word, t, said)
        elif self._owed:
            self._owed -= 1
        else:
            self._answers.append(said)
