"""Keys of a UnionPay terminal: the message MAC, check values, work keys under the master key.

Source: Q/CUP 009.1, annex on MAC ("UnionPay ECB"); DES and two-key triple DES (ISO/IEC 18033-3) are
what terminals in the field use, and only published test keys are used here.
"""

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher, modes

from harness.errors import Garbled
from harness.wire.iso8583 import Message, pack

BLOCK = 8


def encrypt(key: bytes, plain: bytes) -> bytes:
    """DES (8-byte key) or two-key triple DES (16) in ECB; ``plain`` in whole blocks."""
    worker = Cipher(_algorithm(key), modes.ECB()).encryptor()  # noqa: S305 - as the clause says
    return worker.update(plain) + worker.finalize()


def decrypt(key: bytes, secret: bytes) -> bytes:
    """The reverse of ``encrypt``."""
    worker = Cipher(_algorithm(key), modes.ECB()).decryptor()  # noqa: S305 - as the clause says
    return worker.update(secret) + worker.finalize()


def _algorithm(key: bytes) -> TripleDES:
    if len(key) not in (8, 16, 24):
        raise ValueError(f"a DES key has 8, 16 or 24 bytes, not {len(key)}")
    # Single DES is triple DES with one key three times; two-key is K1 K2 K1.
    return TripleDES((key * 3)[:24] if len(key) < 24 else key)


def kcv(key: bytes) -> bytes:
    """Key check value: the first 4 bytes of eight zero bytes encrypted."""
    return encrypt(key, bytes(BLOCK))[:4]


def mac(key: bytes, covered: bytes) -> bytes:
    """MAC of ``covered`` (MTI up to the field before 64), 8 ASCII bytes.

    The blocks are folded by XOR; the fold is written as 16 hex characters; the first 8 are
    encrypted, XORed with the last 8, encrypted again; the first 8 hex characters are the MAC.
    """
    padded = covered + bytes(-len(covered) % BLOCK)
    fold = bytes(BLOCK)
    for at in range(0, len(padded), BLOCK):
        fold = _xor(fold, padded[at : at + BLOCK])
    text = fold.hex().upper().encode("ascii")
    return encrypt(key, _xor(encrypt(key, text[:8]), text[8:])).hex().upper().encode("ascii")[:8]


def _xor(left: bytes, right: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(left, right, strict=True))


def sealed(message: Message, key: bytes) -> Message:
    """The message with its field 64."""
    unsealed = pack(message.with_fields({64: "00" * BLOCK}))
    return message.with_fields({64: mac(key, unsealed[:-BLOCK]).hex().upper()})


def mac_ok(message: Message, key: bytes) -> bool:
    """Whether field 64 is there and right, over the bytes as they were received."""
    if 64 not in message.fields:
        return False
    try:
        body = message.body or pack(message)
    except Garbled:
        return False
    return mac(key, body[:-BLOCK]) == body[-BLOCK:]
