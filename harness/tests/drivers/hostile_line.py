"""Lines and instruments at their worst: what lies between a driver and a simulated device."""

import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from harness.clock import CooperativeClock
from harness.errors import PortLost
from harness.ports.base import Chunk, Port
from harness.ports.memory import pair

#: In an answer's place: the line is closed from the other end.
CLOSE = b"\0close\0"
#: What becomes of an answer, given the question: (seconds from now, bytes) of each piece.
Bend = Callable[[bytes, bytes], list[tuple[float, bytes]]]
#: What arrives of a message; nothing when it is empty.
Rule = Callable[[bytes], bytes]

MOST_READS = 20_000  # of one story, on a line that is never silent
OFF = re.compile(rb"OUTP?(?:UT)?(?:[^?\n]*?[ ,](?:OFF|0)\b|0)")
ASKS_OUTPUT = re.compile(rb"OUTP?(?::STAT|:SEL|:GEN)?\?|STAT(?:US)?\?")
TO_OFF = {b"1": b"0", b"+1": b"+0", b"ON": b"OFF"}
WORDS = {False: TO_OFF, True: {off: on for on, off in TO_OFF.items()}}
NUMBER = re.compile(rb"[+-]?\d[\d.]*(?:E[+-]?\d+)?[A-Z]*(?:,[+-]?\d[^,]*)*")
NOISE = random.Random(7)


@dataclass(frozen=True)
class Manner:
    """How a line or an instrument misbehaves.

    Attributes:
        bend: What becomes of its answers.
        rule: Makes a function of what becomes of messages to it; anew for each story.
        flood: What it says without an end, whether it is asked or not, ...
        every: ... and how often, s; at 0 there is always more to read.
    """

    bend: Bend | None = None
    rule: Callable[[], Rule] | None = None
    flood: bytes = b""
    every: float = 0.0


class HostileLine(Port):
    """A line to ``inner`` that is good until ``turn_bad``."""

    def __init__(self, clock: CooperativeClock, inner: Port, manner: Manner) -> None:
        super().__init__(clock, inner.address)
        self._inner, self._manner, self._bad = inner, manner, False
        self._near, self._far = pair(clock, inner.address)
        self.arrived = self._near.arrived
        self._rule: Rule | None = None
        self._asked, self._reads, self._flowed = b"", 0, 0.0
        clock.spawn("the line's other end", self._pass_on)

    def turn_bad(self) -> None:
        """From now on it is what its manner says."""
        self._bad = True
        self._rule = self._manner.rule() if self._manner.rule else None

    def _pass_on(self) -> None:
        while (chunk := self._heard()) is not None:
            bend = self._manner.bend if self._bad else None
            for delay, piece in bend(self._asked, chunk.data) if bend else [(0.0, chunk.data)]:
                if delay:
                    self.clock.call_at(self.clock.now() + delay, partial(self._say, piece))
                else:
                    self._say(piece)

    def _heard(self) -> Chunk | None:
        try:
            return self._inner.read()
        except PortLost:
            self._far.close()
            return None

    def _say(self, piece: bytes) -> None:
        if piece == CLOSE:
            self._far.close()
        elif not self._far.closed:
            self._far.write(piece)

    def open(self) -> None:
        self._near.open()

    def close(self) -> None:
        self._near.close()
        self._inner.close()

    def write(self, data: bytes) -> None:
        self._near.check_alive()
        self._asked = data
        if told := self._rule(data) if self._rule else data:
            self._inner.write(told)

    def read(self, until: float | None = None) -> Chunk | None:
        if not (self._bad and self._manner.flood):
            return self._near.read(until)
        self._reads += 1
        assert self._reads < MOST_READS, "it would listen to a flood for ever"
        due = max(self.clock.now(), self._flowed + self._manner.every)
        if not self._manner.every:
            due += 0.001  # to take it in takes time, and then there is more
        elif until is not None and due > max(until, self.clock.now()):
            self.clock.sleep(max(0.0, until - self.clock.now()))
            return None
        self.clock.sleep(due - self.clock.now())
        self._flowed = due
        return Chunk(due, self._manner.flood)

    @property
    def readable(self) -> bool:
        return bool(self._bad and self._manner.flood) or self._near.readable


# --- what it does -----------------------------------------------------------------------------


def _now(answer: bytes) -> list[tuple[float, bytes]]:
    return [(0.0, answer)]


def _around(chunk: bytes) -> tuple[bytes, bytes]:
    body = chunk.rstrip(b"\r\n")
    return body, chunk[len(body) :]


def _instead(text: bytes) -> Bend:
    """Numbers become this text."""

    def bend(asked: bytes, chunk: bytes) -> list[tuple[float, bytes]]:
        body, end = _around(chunk)
        return _now(text + end if NUMBER.fullmatch(body) else chunk)

    return bend


def _between(text: bytes) -> Bend:
    """A line that nobody asked for before each answer."""
    return lambda _, chunk: _now(text + _around(chunk)[1] + chunk)


def _nuls(asked: bytes, chunk: bytes) -> list[tuple[float, bytes]]:
    body, end = _around(chunk)
    return _now(b"\0\0" + body + b"\0\0\0" + end + b"\0")


def _telling(*, on: bool) -> Bend:
    """What it says of its output is always this."""

    def bend(asked: bytes, chunk: bytes) -> list[tuple[float, bytes]]:
        if not ASKS_OUTPUT.search(asked) or b"QUES" in asked:
            return _now(chunk)
        body, end = _around(chunk)
        if body.startswith(b"0x"):  # bits 4 and 5 of a Siglent's status
            bits = int(body, 16)
            return _now(b"0x%X" % (bits | 0x30 if on else bits & ~0x30) + end)
        if len(chunk) == 1 and not chunk.isdigit():  # bit 6 of a Korad's
            return _now(bytes([chunk[0] | 0x40 if on else chunk[0] & ~0x40]))
        return _now(WORDS[on].get(body, body) + end)

    return bend


def _refusing(asked: bytes, chunk: bytes) -> list[tuple[float, bytes]]:
    _, end = _around(chunk)
    if end == b"\r":
        return _now(b"C01\r")  # a GEN-language unit
    return _now(b'-113,"Undefined header"' + end if b"ERR?" in asked else chunk)


def _swallow(times: float, what: re.Pattern[bytes]) -> Callable[[], Rule]:
    """So many messages of a kind vanish."""

    def make() -> Rule:
        left = [times]

        def rule(told: bytes) -> bytes:
            if what.search(told) and left[0] > 0:
                left[0] -= 1
                return b""
            return told

        return rule

    return make


NEVER_OFF = _swallow(float("inf"), OFF)
SETS = re.compile(rb"^[^?]*$", re.DOTALL)

#: Manners by name. Sessions wait for 1 s or 2 s.
MANNERS: dict[str, Manner] = {
    "never answers": Manner(lambda _, __: []),
    "noise": Manner(lambda _, chunk: _now(NOISE.randbytes(len(chunk) + 3))),
    "text noise": Manner(lambda _, chunk: _now(b"\xff?? 12;;ERR,+1.0E" + _around(chunk)[1])),
    "late": Manner(lambda _, chunk: [(3.0, chunk)]),
    "a little late": Manner(lambda _, chunk: [(1.5, chunk)]),
    "twice": Manner(lambda _, chunk: _now(chunk + chunk)),
    "twice, later": Manner(lambda _, chunk: [(0.0, chunk), (0.005, chunk)]),
    "with NULs": Manner(_nuls),
    "half": Manner(lambda _, chunk: _now(chunk[: len(chunk) // 2])),
    "byte by byte": Manner(
        lambda _, chunk: [(0.25 * (n + 1), chunk[n : n + 1]) for n in range(len(chunk))]
    ),
    "closes in an answer": Manner(lambda _, chunk: [*_now(chunk[: len(chunk) // 2]), (0.0, CLOSE)]),
    "closes instead": Manner(lambda _, __: [(0.0, CLOSE)]),
    "floods": Manner(flood=b"x" * 4096),
    "floods lines": Manner(flood=b"HELLO\r\n" * 500),
    "floods blank lines": Manner(flood=b"\r\n" * 2000),
    "floods errors": Manner(flood=b'**ERROR [26-01-01 12:00:00]: -222,"Data"\r\n' * 100),
    "drips bytes": Manner(flood=b"\x51", every=0.02),
    "drips lines": Manner(flood=b"HELLO\r\n", every=0.02),
    "drips blank lines": Manner(flood=b"\r\n", every=0.02),
    "errors between": Manner(_between(b'**ERROR [26-01-01 12:00:00]: -222,"Data out of range"')),
    "service requests between": Manner(_between(b"!01")),
    "greetings between": Manner(_between(b"ConsoleOS v1.2 ready.")),
    "refuses everything": Manner(_refusing, _swallow(float("inf"), SETS)),
    "obeys nothing": Manner(rule=_swallow(float("inf"), SETS)),
    "hears nothing": Manner(rule=lambda: lambda _: b""),
    "another maker": Manner(
        lambda asked, chunk: _now(b"ACME,A,1,2" + _around(chunk)[1] if b"ID" in asked else chunk)
    ),
    "says off, stays on": Manner(_telling(on=False), NEVER_OFF),
    "says off": Manner(_telling(on=False)),
    "says on": Manner(_telling(on=True)),
    "swallows an OFF": Manner(rule=_swallow(1, OFF)),
    "swallows two OFF": Manner(rule=_swallow(2, OFF)),
    "swallows every OFF": Manner(rule=NEVER_OFF),
    **{
        f"numbers are {text[:9].decode()!r}": Manner(_instead(text), NEVER_OFF)
        for text in (
            b"OVLD", b"9.91E37", b"-9.9E37", b"nan", b"", b"1_0.0", b"1E999", b"9" * 5000, b"-7.0",
            b"1,2,3",
        )
    },
}  # fmt: skip
