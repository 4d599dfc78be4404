"""A tap on the terminal's flash, and a contact in its feed: see ``drivers/flash_tap.py``.

It sees every page that the flash begins to program, whoever has it programmed. At the one that it
is armed for its contact opens; the terminal's capacitors do the rest. Without a word from anybody
its contact is closed: a tap that nobody uses is none.
"""

import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from harness.clock import Clock, Timer
from harness.errors import PortLost
from harness.ports.base import Port
from harness.ports.lines import nothing, serve_lines
from harness.sim.feed import Feed

ARM = re.compile(r"(\d{1,9}) (\d{1,9})US")


class FlashTap:
    """The microcontroller.

    Attributes:
        outlets: ``line``: its serial line.
        deaf: It does not see the flash: a clip that has come off, for a bench to be caught.
    """

    def __init__(self, clock: Clock, personality: Mapping[str, Any], feed: Feed) -> None:
        self._clock, self._own, self._feed = clock, personality, feed
        self._count = 0
        self._at: int | None = None  # the page to cut at
        self._lasting = 0.0
        self._state = "IDLE"
        self._port: Port | None = None
        self._closing: Timer | None = None
        self._resting: Timer | None = None
        self.deaf = False
        self._words: dict[str, Callable[[str], str]] = {
            "ID?": lambda _: f"FLASH-TAP {personality['version']} {personality['serial']}",
            "STATE?": lambda _: self._state,
            "COUNT?": lambda _: f"COUNT {self._count}",
            "ARM": self._arm,
            "DISARM": self._disarm,
        }
        self.outlets: dict[str, Callable[[Port], None]] = {"line": self._accept}

    def programmed(self) -> None:
        """The flash begins to program a page. Never waits."""
        if self.deaf:
            return
        self._count += 1
        if self._resting is not None:
            self._resting.cancel()
        self._resting = self._in("rest", self._at_rest)
        if self._count == self._at:
            self._at, count = None, self._count
            self._in("reaction", partial(self._trigger, count))

    def _trigger(self, count: int) -> None:
        if self._state != "ARMED":
            return
        self._state = "OPEN"
        self._feed.put_contact("flash tap", closed=False)
        self._say(f"TRIGGERED {count}")
        when = self._clock.now() + self._lasting
        self._closing = self._clock.call_at(when, partial(self._close, count))

    def _close(self, count: int) -> None:
        self._closing, self._state = None, "IDLE"
        self._feed.put_contact("flash tap", closed=True)
        self._say(f"CLOSED {count}")

    def _at_rest(self) -> None:
        self._resting = None
        self._say(f"REST {self._count}")

    def _in(self, delay: str, act: Callable[[], None]) -> Timer:
        return self._clock.call_at(self._clock.now() + float(self._own[delay]), act)

    # --- the line ---------------------------------------------------------------------------

    def _accept(self, port: Port) -> None:
        self._port = port
        serve_lines(self._clock, "flash tap", port, self._answer, gone=nothing)

    def _answer(self, line: str) -> bytes:
        self._clock.sleep(float(self._own["processing"]))
        word, _, rest = line.strip().upper().partition(" ")
        act = self._words.get(word)
        said = act(rest.strip()) if act else "ERR 1 unknown word"
        return f"{said}\r\n".encode()

    def _arm(self, rest: str) -> str:
        found = ARM.fullmatch(rest)
        if found is None or not int(found[1]) or not int(found[2]):
            return "ERR 2 bad argument"
        if self._state == "OPEN":
            return "ERR 3 the line is open"
        self._count, self._at, self._lasting = 0, int(found[1]), int(found[2]) * 1e-6
        self._state = "ARMED"
        return f"OK ARMED {self._at}"

    def _disarm(self, rest: str) -> str:
        if self._closing is not None:
            self._closing.cancel()
            self._closing = None
            self._feed.put_contact("flash tap", closed=True)
        self._count, self._at, self._state = 0, None, "IDLE"
        return "OK IDLE"

    def _say(self, line: str) -> None:
        if self._port is not None:
            try:
                self._port.write(f"{line}\r\n".encode())
            except PortLost:
                self._port = None
