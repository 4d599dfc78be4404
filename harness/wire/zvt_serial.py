"""ZVT on a serial line: frames with DLE doubling and a CRC, the signs between them, and repeats.

Source: ZVT PA00P016, 3 (serial transport protocol): 3.1 blocks, 3.2 ACK and NAK, 3.3 CRC, 3.4 T1
and T2, 3.5 two repeats. Blocks have no numbers, so what a repeat is, is told by the dialogue: the
same block again, with nothing of ours delivered in between.
"""

import enum
from collections import deque
from collections.abc import Generator
from dataclasses import dataclass

from harness.errors import Garbled
from harness.wire import zvt
from harness.wire.checks import CHECKS

STX, ETX, DLE = 0x02, 0x03, 0x10
GAP, ANSWER = 0.2, 5.0  # s: T1, T2
REPEATS = 2


class Sign(enum.Enum):
    """What is on a serial line beside APDUs."""

    ACK = b"\x06"
    NAK = b"\x15"
    BAD = b""  # a frame whose CRC or shape is wrong: to be answered with NAK


crc = CHECKS["crc16_kermit"]


def to_serial(apdu: zvt.Apdu) -> bytes:
    """DLE STX, the APDU with every DLE doubled, DLE ETX, CRC low, CRC high."""
    body = apdu.to_bytes()
    doubled = body.replace(b"\x10", b"\x10\x10")
    return b"\x10\x02" + doubled + b"\x10\x03" + crc(body + b"\x03").to_bytes(2, "little")


class SerialDeframer:
    """APDUs and signs out of a serial line; noise between frames is skipped.

    Attributes:
        open: Whether something began that has not ended: half a frame, or noise.
    """

    def __init__(self) -> None:
        self._said: list[zvt.Apdu | Sign] = []
        self.restart()

    def feed(self, octets: bytes) -> list[zvt.Apdu | Sign]:
        """All that is complete now."""
        self._said = []
        for octet in octets:
            self._steps.send(octet)
        return self._said

    def restart(self) -> None:
        """Forget what stopped half-way (T1, 200 ms between two bytes, is the caller's)."""
        self.open = False
        self._steps = self._run()
        next(self._steps)

    def _run(self) -> Generator[None, int, None]:
        signs = {sign.value[0]: sign for sign in (Sign.ACK, Sign.NAK)}
        while True:
            octet = yield
            # Behind noise a 06 may be a command's first byte: it is no sign until the line is calm.
            if octet in signs and not self.open:
                self._said.append(signs[octet])
                continue
            self.open = True
            while octet == DLE:
                octet = yield
                if octet == STX:
                    frame = yield from self._frame()
                    self._said.append(frame)  # not in one line: _said is another list by then
                    self.open = False

    def _frame(self) -> Generator[None, int, "zvt.Apdu | Sign"]:
        body = bytearray()
        while True:
            octet = yield
            if octet == DLE:
                octet = yield
                if octet == ETX:
                    break
                if octet == STX:  # a frame was broken off and sent again
                    body.clear()
                    continue
                if octet != DLE:
                    return Sign.BAD
            body.append(octet)
        low = yield
        high = yield
        if crc(bytes(body) + b"\x03") != low | high << 8:
            return Sign.BAD
        try:
            return zvt.Apdu.from_bytes(bytes(body))
        except Garbled:
            return Sign.BAD


@dataclass(slots=True)
class Block:
    """One APDU on its way to the other station.

    Attributes:
        apdu: What is sent.
        until: When T2 is over.
        left: Repeats left.
        delivered: None while nobody knows.
    """

    apdu: zvt.Apdu
    until: float
    left: int
    delivered: bool | None = None


class Station:
    """One end of a serial line, without the line: bytes and times in, bytes out.

    Attributes:
        heard: What the other station said, each once.
        spoilt: Blocks in a row that could not be read.
        sending: What is not acknowledged yet, or None.
    """

    def __init__(
        self, *, gap: float = GAP, answer: float = ANSWER, repeats: int = REPEATS
    ) -> None:  # fmt: skip
        """Make it.

        Args:
            gap: T1, s: the longest pause between two bytes of a block.
            answer: T2, s: how long to wait for ACK or NAK.
            repeats: How often a block is sent again.
        """
        self._gap, self._answer, self._repeats = gap, answer, repeats
        self._deframer = SerialDeframer()
        self._last_byte = 0.0
        self._last_heard: zvt.Apdu | None = None
        self._answered = True  # something of ours was delivered since the last block came
        self._heard_at = 0.0
        self.heard: deque[zvt.Apdu] = deque()
        self.spoilt = 0
        self.sending: Block | None = None

    @property
    def deadline(self) -> float | None:
        """When ``late`` is to be called; None for never."""
        times = [self.sending.until] if self.sending else []
        if self._deframer.open:
            times.append(self._last_byte + self._gap)
        return min(times, default=None)

    def send(self, apdu: zvt.Apdu, now: float) -> tuple[Block, bytes]:
        """Begin to send; only while nothing else is ``sending``."""
        self.sending = block = Block(apdu, now + self._answer, self._repeats)
        return block, to_serial(apdu)

    def feed(self, octets: bytes, now: float) -> bytes:
        """What came; what is to be written at once."""
        out = self._check_gap(now)
        self._last_byte = now
        for item in self._deframer.feed(octets):
            if isinstance(item, zvt.Apdu):
                out += self._take(item, now)
            elif item is Sign.BAD:
                out += self._nak()
            elif item is Sign.ACK:
                self._settle(delivered=True)
            else:
                out += self._repeat(now)
        return out

    def late(self, now: float) -> bytes:
        """A deadline has come; what is to be written."""
        out = self._check_gap(now)
        if self.sending is not None and now >= self.sending.until:
            out += self._repeat(now)
        return out

    def _check_gap(self, now: float) -> bytes:
        if not self._deframer.open or now < self._last_byte + self._gap:
            return b""
        self._deframer.restart()
        return self._nak()

    def _nak(self) -> bytes:
        self.spoilt += 1
        return Sign.NAK.value

    def _take(self, apdu: zvt.Apdu, now: float) -> bytes:
        self.spoilt = 0
        if not self._is_repeat(apdu, now):
            ours = self.sending
            if ours is not None and is_answer(ours.apdu) != is_answer(apdu):
                self._settle(delivered=True)  # its sign was lost, but this could not be said else
            self._last_heard, self._answered = apdu, False
            self.heard.append(apdu)
        self._heard_at = now
        return Sign.ACK.value

    def _is_repeat(self, apdu: zvt.Apdu, now: float) -> bool:
        if apdu != self._last_heard or self._answered:
            return False
        # All answers look alike. One to our command may follow the last closely; a repeat of the
        # last one comes when T2 is over.
        ours = self.sending
        asked = ours is not None and is_answer(apdu) and not is_answer(ours.apdu)
        return not (asked and now < self._heard_at + self._answer)

    def _repeat(self, now: float) -> bytes:
        block = self.sending
        if block is None:
            return b""
        if not block.left:
            self._settle(delivered=False)
            return b""
        block.left -= 1
        block.until = now + self._answer
        return to_serial(block.apdu)

    def _settle(self, *, delivered: bool) -> None:
        if self.sending is not None:
            self.sending.delivered = delivered
            self.sending = None
            self._answered = self._answered or delivered


def is_answer(apdu: zvt.Apdu) -> bool:
    """Whether it is 80 00 or 84 xx, not a command."""
    return apdu.command == zvt.ACKNOWLEDGED or apdu.refusal is not None
