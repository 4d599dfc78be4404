r"""A TDK-Lambda Genesys supply in its GEN language, at the level of its bytes.

Source: Genesys user manual 83-507-013, chapter 7: protocol (7.5: CR, checksum, backspace, ``\``),
error messages (7.6), commands (7.7), group commands (7.8, unanswered), registers (7.10, 7.11).
"""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from harness.clock import Clock
from harness.errors import PortLost
from harness.ports.base import Port
from harness.sim.supplies._gen_words import Words, Wrong

LONGEST = 64  # characters of a command (assumed)
BACKSPACE, LINE_FEED, AGAIN = 0x08, 0x0A, "\\"


class Instrument(Words):
    """The instrument. ``outlets["scpi"]`` takes a new connection to its serial line."""

    def __init__(self, clock: Clock, personality: Mapping[str, Any], **wiring: Any) -> None:
        """Make one, with its output off and nobody addressed; ``wiring`` is ``OneOutput``'s."""
        super().__init__(clock, personality, **wiring)
        self._listens, self._last = False, ""
        self._ports: list[Port] = []

    def _listen(self, port: Port) -> None:
        line = bytearray()
        self._ports.append(port)
        try:
            while chunk := port.read():
                for octet in chunk.data:
                    if octet == 0x0D:
                        self._hear(line.decode("latin-1").strip(), port)
                        line.clear()
                    elif octet == BACKSPACE:
                        del line[-1:]
                    elif octet != LINE_FEED and len(line) < LONGEST:
                        line.append(octet)
        except PortLost:
            port.close()
        finally:
            self._ports.remove(port)

    def _hear(self, line: str, port: Port) -> None:
        self._clock.sleep(self.personality["processing"])
        answer = self._answer(line)
        if answer is not None:
            port.write(f"{answer}\r".encode("latin-1"))

    def _answer(self, line: str) -> str | None:
        """What it says; None where it is not meant, or a group command."""
        said, dollar, mark = line.partition("$")
        word, _, rest = said.upper().partition(" ")
        if word == "ADR":
            self._listens = rest.strip() == str(self.personality["address"])
        if word in self.GROUP:
            self._act(self.GROUP[word], rest.strip())
            return None
        if not self._listens:
            return None
        if dollar and mark.upper() != f"{sum(map(ord, said)) & 0xFF:02X}":
            return "C04"
        if said.strip() == AGAIN:
            word, _, rest = self._last.upper().partition(" ")
        elif said.strip():
            self._last = said
        answer = self._act(word, rest.strip())
        return f"{answer}${sum(map(ord, answer)) & 0xFF:02X}" if dollar else answer

    def _act(self, word: str, rest: str) -> str:
        if word in ("", "ADR"):
            return "OK"
        if word in self.ASKED:
            return self.ASKED[word](self)
        if word not in self.TOLD:
            return "C01"
        takes, act = self.TOLD[word]
        if takes and not rest:
            return "C02"
        try:
            act(self, takes(rest) if takes else None)
        except Wrong as error:
            return str(error)
        except ValueError:
            return "C03"
        return "OK"

    def request(self) -> None:
        """Something enabled has happened: a service request, unasked (7.9.4)."""
        for port in self._ports:
            with suppress(PortLost):  # a client that has just left
                port.write(f"!{self.personality['address']:02d}\r".encode())
