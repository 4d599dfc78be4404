"""Checks against the values that everybody publishes for them."""

import pytest

from harness.wire.checks import CHECKS, SIZES

#: Of the nine digits 1 to 9: the catalogue of parametrised CRC algorithms; sums by hand.
PUBLISHED = {
    "none": 0, "xor": 0x31, "sum8": 0xDD, "sum8_negated": 0x23, "sum16": 0x01DD,
    "crc16_kermit": 0x2189, "crc16_x25": 0x906E, "crc16_modbus": 0x4B37, "crc16_arc": 0xBB3D,
    "crc16_xmodem": 0x31C3, "crc16_ccitt": 0x29B1,
}  # fmt: skip


@pytest.mark.parametrize("word", list(CHECKS))
def test_every_check_has_its_published_value(word: str) -> None:
    """And fits into the bytes that it is given."""
    assert CHECKS[word](b"123456789") == PUBLISHED[word]
    assert CHECKS[word](bytes(range(256)) * 3) < 256 ** max(1, SIZES[word])
