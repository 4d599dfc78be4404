"""ZVT on a serial line: frames with DLE doubling and a CRC, and the signs between them.

Source: ZVT PA00P016, serial transport protocol.
"""

import enum
from collections.abc import Generator

from harness.errors import Garbled
from harness.wire import zvt

STX, ETX, DLE = 0x02, 0x03, 0x10


class Sign(enum.Enum):
    """What is on a serial line beside APDUs."""

    ACK = b"\x06"
    NAK = b"\x15"
    BAD = b""  # a frame whose CRC or shape is wrong: to be answered with NAK


def crc(octets: bytes) -> int:
    """CRC-16/KERMIT: polynomial 0x8408 (reflected), start 0."""
    value = 0
    for octet in octets:
        value ^= octet
        for _ in range(8):
            value = value >> 1 ^ (0x8408 if value & 1 else 0)
    return value


def to_serial(apdu: zvt.Apdu) -> bytes:
    """DLE STX, the APDU with every DLE doubled, DLE ETX, CRC low, CRC high."""
    body = apdu.to_bytes()
    doubled = body.replace(b"\x10", b"\x10\x10")
    return b"\x10\x02" + doubled + b"\x10\x03" + crc(body + b"\x03").to_bytes(2, "little")


class SerialDeframer:
    """APDUs and signs out of a serial line; noise between frames is skipped."""

    def __init__(self) -> None:
        self._steps = self._run()
        self._said: list[zvt.Apdu | Sign] = []
        next(self._steps)

    def feed(self, octets: bytes) -> list[zvt.Apdu | Sign]:
        """All that is complete now."""
        self._said = []
        for octet in octets:
            self._steps.send(octet)
        return self._said

    def restart(self) -> None:
        """Forget a frame that stopped half-way (T1, 200 ms between two bytes, is the caller's)."""
        self._steps = self._run()
        next(self._steps)

    def _run(self) -> Generator[None, int, None]:
        while True:
            octet = yield
            if octet == Sign.ACK.value[0]:
                self._said.append(Sign.ACK)
            elif octet == Sign.NAK.value[0]:
                self._said.append(Sign.NAK)
            elif octet == DLE and (yield) == STX:
                frame = yield from self._frame()
                self._said.append(frame)  # not in one line: _said is another list by then

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
