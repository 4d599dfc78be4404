r"""A TDK-Lambda Genesys supply in its GEN language, at the level of its bytes.

Source: Genesys user manual 83-507-013, chapter 7: protocol (7.5: CR, checksum, backspace, ``\``),
error messages (7.6), commands (7.7), group commands (7.8, unanswered), registers (7.10, 7.11).
"""

import random
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from harness.clock import Clock
from harness.errors import PortLost
from harness.ports.base import Port
from harness.sim.rail import Rail
from harness.sim.supplies._gen_words import Words, Wrong
from harness.sim.supplies.channel import Channel

LONGEST = 64  # characters of a command (assumed)
BACKSPACE, LINE_FEED, AGAIN = 0x08, 0x0A, "\\"


class Instrument(Words):
    """The instrument. ``outlets["scpi"]`` takes a new connection to its serial line."""

    def __init__(
        self,
        clock: Clock,
        personality: Mapping[str, Any],
        *,
        rng: random.Random,
        rails: Mapping[int, Rail] | None = None,
        load: Callable[[int], float] | None = None,
    ) -> None:
        """Make one, with its output off and nobody addressed.

        Args:
            clock: What it runs on; a cooperative clock.
            personality: What it is like.
            rng: The noise of its meter.
            rails: What its output powers, by channel: it has channel 1.
            load: The amps drawn at present; nothing when left out.
        """
        rail = (rails or {}).get(1) or Rail(clock)
        draw = (lambda: load(1)) if load else (lambda: 0.0)
        super().__init__(personality, rng, Channel(clock, personality, 1, rail, draw, self.look))
        self._clock, self._listens, self._last, self._connections = clock, False, "", 0
        self._ports: list[Port] = []
        self.channels = {1: self.channel}
        self.outlets: dict[str, Callable[[Port], None]] = {"scpi": self.accept}

    def load_changed(self, n: int) -> None:
        """Say that the output draws something else now."""
        self.channel.drive()

    def accept(self, port: Port) -> None:
        """Serve a new connection; a serial line keeps no state for it."""
        self._connections += 1
        self._clock.spawn(f"GEN line {self._connections}", lambda: self._listen(port))

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
