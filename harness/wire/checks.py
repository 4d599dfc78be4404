"""Checks of frames: LRC, sums and the usual CRCs of 16 bits.

Source: ISO 1155 (LRC); the CRCs by their parameters (Rocksoft model): polynomial, start, reflected,
final XOR. Each one's check value for ``123456789`` is in the tests.
"""

from collections.abc import Callable
from functools import reduce
from operator import xor


def _crc16(polynomial: int, start: int, *, reflected: bool, final: int = 0) -> Callable[..., int]:
    table = [_entry(index, polynomial, reflected=reflected) for index in range(256)]

    def crc(octets: bytes) -> int:
        value = start
        for octet in octets:
            if reflected:
                value = value >> 8 ^ table[(value ^ octet) & 0xFF]
            else:
                value = (value << 8 & 0xFFFF) ^ table[value >> 8 ^ octet]
        return value ^ final

    return crc


def _entry(index: int, polynomial: int, *, reflected: bool) -> int:
    value = index if reflected else index << 8
    for _ in range(8):
        if reflected:
            value = value >> 1 ^ (polynomial if value & 1 else 0)
        else:
            value = (value << 1 ^ (polynomial if value & 0x8000 else 0)) & 0xFFFF
    return value


#: Word -> the check of some bytes. Reflected polynomials are written reflected.
CHECKS: dict[str, Callable[[bytes], int]] = {
    "none": lambda _: 0,
    "xor": lambda octets: reduce(xor, octets, 0),
    "sum8": lambda octets: sum(octets) & 0xFF,
    "sum8_negated": lambda octets: -sum(octets) & 0xFF,
    "sum16": lambda octets: sum(octets) & 0xFFFF,
    "crc16_kermit": _crc16(0x8408, 0x0000, reflected=True),
    "crc16_x25": _crc16(0x8408, 0xFFFF, reflected=True, final=0xFFFF),
    "crc16_modbus": _crc16(0xA001, 0xFFFF, reflected=True),
    "crc16_arc": _crc16(0xA001, 0x0000, reflected=True),
    "crc16_xmodem": _crc16(0x1021, 0x0000, reflected=False),
    "crc16_ccitt": _crc16(0x1021, 0xFFFF, reflected=False),
}
#: Word -> bytes.
SIZES: dict[str, int] = {
    word: 0 if word == "none" else 2 if word.endswith("16") or word.startswith("crc16") else 1
    for word in CHECKS
}
