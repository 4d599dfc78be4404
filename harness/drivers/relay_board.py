"""A serial relay board with one relay in the terminal's supply line.

Source, by ``kind``: ``lcus`` LC Technology LCUS-1/2/4/8 (frames in ``_lcus.py``); ``devantech``
Robot Electronics USB-RLY08B/RLY82/RLY16 (one byte a command: 65h.. on, 6Fh.. off, 5Bh the states);
``numato`` Numato Lab USB relay modules (text: ``relay on 0``, relays counted from 0, above 9 by
capital letters, each answer ends with a ``>``). Quirks: relays bounce, and live for some 100000
operations. Boards that cannot say their state (``read_back: false``) are believed.
"""

import re
from collections.abc import Callable
from typing import ClassVar, Literal, Protocol

from harness.drivers._heard import heard
from harness.drivers._lcus import Board
from harness.drivers._switched import Feeds, Switched
from harness.errors import DeviceRefused, Garbled, PortTimeout, UsageError
from harness.model.power import Switching
from harness.ports.base import Port

IDENTITY = None
MOST = {"lcus": 255, "devantech": 8, "numato": 32}  # relays of a board; an LCUS frame has a byte
ANSWER_WITHIN = 3.0  # s; it takes milliseconds, but the host may be busy
ALONE = 0.02  # s after an answer of one byte: who says more is not asked about relays


class Relays(Protocol):
    """A kind of board."""

    def switch(self, channel: int, *, on: bool) -> None: ...
    def on(self, channel: int) -> bool: ...


class Driver(Switched):
    """Plays Switch and SafeState."""

    BAUD: ClassVar[int] = 9600
    NAME: ClassVar[str] = "the relay"
    # A relay of this class operates in 10 ms, releases in 5 ms and bounces for some ms.
    switching = Switching(min_open=0.05, bounce=0.005)

    def __init__(
        self,
        port: Port,
        *,
        kind: Literal["lcus", "devantech", "numato"] = "lcus",
        channel: int = 1,
        contact: Literal["no", "nc"] = "no",
        read_back: bool = True,
        settle: float = 0.03,
        feeds: Feeds = "dc",
    ) -> None:
        """Nothing is switched yet.

        Args:
            port: The serial line.
            kind: lcus, devantech or numato.
            channel: The relay in the line, counted from 1.
            contact: no (normally open: closed while the relay is on) or nc (normally closed).
            read_back: Whether the board can say its state.
            settle: Seconds until the contact has moved and bounces no more.
            feeds: What it opens: dc, mains, vbus, poe or battery.
        """
        super().__init__(port, feeds=feeds)
        if not 1 <= channel <= MOST[kind]:
            raise UsageError(f"channel {channel}: a {kind} board has relays 1 to {MOST[kind]}")
        self._relays = KINDS[kind](port, read_back)
        self._channel, self._on_closes, self._settle = channel, contact == "no", settle

    def _move(self, *, closed: bool) -> float:
        self._relays.switch(self._channel, on=closed == self._on_closes)
        t = self._port.clock.now()
        for _ in heard(self._port, t + self._settle):
            pass
        return t

    def _is_closed(self) -> bool:
        return self._relays.on(self._channel) == self._on_closes


class _Asking:
    """A board that answers a question by bytes that end somehow."""

    def __init__(self, port: Port, read_back: bool) -> None:
        self._port, self._read_back = port, read_back
        self._wanted: dict[int, bool] = {}

    def _ask(self, question: bytes, complete: Callable[[bytes], bool]) -> bytes:
        clock, said = self._port.clock, b""
        if self._port.readable:
            for _ in heard(self._port, clock.now()):
                pass  # what was said before is no answer
        self._port.write(question)
        for chunk in heard(self._port, clock.now() + ANSWER_WITHIN):
            said += chunk.data
            if complete(said):
                return said
        raise PortTimeout(f"{self._port.address}: the board answered {said[:40]!r} to {question!r}")


class _Devantech(_Asking):
    def switch(self, channel: int, *, on: bool) -> None:
        self._port.write(bytes([(0x64 if on else 0x6E) + channel]))
        self._wanted[channel] = on

    def on(self, channel: int) -> bool:
        if not self._read_back:
            return self._wanted.get(channel, False)
        said = self._ask(b"\x5b", bool)
        for chunk in heard(self._port, self._port.clock.now() + ALONE):
            said += chunk.data
        if len(said) != 1:
            raise Garbled(f"{self._port.address}: the board's states are a byte, not {said[:40]!r}")
        return bool(said[0] >> (channel - 1) & 1)


class _Numato(_Asking):
    def _spelt(self, word: str, channel: int) -> bytes:
        return f"relay {word} {'0123456789ABCDEFGHIJKLMNOPQRSTUV'[channel - 1]}\r".encode()

    def switch(self, channel: int, *, on: bool) -> None:
        self._ask(self._spelt("on" if on else "off", channel), lambda heard: heard.endswith(b">"))
        self._wanted[channel] = on

    def on(self, channel: int) -> bool:
        if not self._read_back:
            return self._wanted.get(channel, False)
        said = self._ask(self._spelt("read", channel), lambda heard: heard.endswith(b">"))
        found = re.search(rb"[\r\n](on|off)\s", said)
        if not found:
            raise DeviceRefused(f"relay {channel} reads {said[:40]!r}, neither on nor off")
        return found[1] == b"on"


#: Kind of board -> how it is spoken to.
KINDS: dict[str, Callable[[Port, bool], Relays]] = {
    "lcus": lambda port, read_back: Board(port, read_back=read_back, gap=0.01),
    "devantech": _Devantech,
    "numato": _Numato,
}
