"""Keys of a UnionPay terminal: the message MAC, check values, work keys under the master key.

Source: Q/CUP 009.1, annex on MAC ("UnionPay ECB"); DES and two-key triple DES (ISO/IEC 18033-3) are
what terminals in the field use, and only published test keys are used here. SM4 (GB/T 32907) is the
same with blocks of 16 bytes (assumed: the public texts name the variant, 60.3 = 005, and no more);
``cbc`` is ISO/IEC 9797-1, algorithm 1, padding 1, which some acquirers ask for instead; ``retail``
is its algorithm 3, padding 1 (ANSI X9.19), which most outside China ask for.
"""

from collections.abc import Callable
from typing import Literal, NamedTuple

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher, CipherContext, modes
from cryptography.hazmat.primitives.ciphers.algorithms import SM4

from harness.errors import Garbled
from harness.wire.iso8583 import Message, pack

#: How a MAC is made: a cipher, and what is done with the blocks (``BLOCKS``).
Method = Literal["des", "des_cbc", "des_retail", "sm4", "sm4_cbc"]
SIZE = 8  # bytes of field 64


class _Way(NamedTuple):
    algorithm: Callable[[bytes], TripleDES | SM4]
    block: int
    blocks: str


def _des(key: bytes) -> TripleDES:
    if len(key) not in (8, 16, 24):
        raise ValueError(f"a DES key has 8, 16 or 24 bytes, not {len(key)}")
    # Single DES is triple DES with one key three times; two-key is K1 K2 K1.
    return TripleDES((key * 3)[:24] if len(key) < 24 else key)


def _sm4(key: bytes) -> SM4:
    if len(key) != 16:
        raise ValueError(f"an SM4 key has 16 bytes, not {len(key)}")
    return SM4(key)


METHODS: dict[Method, _Way] = {
    "des": _Way(_des, 8, "folded"), "des_cbc": _Way(_des, 8, "chained"),
    "des_retail": _Way(_des, 8, "retail"),
    "sm4": _Way(_sm4, 16, "folded"), "sm4_cbc": _Way(_sm4, 16, "chained"),
}  # fmt: skip
#: What is done with the blocks: XOR (UnionPay), CBC, or CBC under half of the key and the last one
#: under all of it -> the method of each cipher; SM4 has no halves.
BLOCKS: dict[str, dict[Literal["des", "sm4"], Method]] = {
    "folded": {"des": "des", "sm4": "sm4"},
    "chained": {"des": "des_cbc", "sm4": "sm4_cbc"},
    "retail": {"des": "des_retail", "sm4": "sm4_cbc"},
}


def encrypt(key: bytes, plain: bytes, method: Method = "des") -> bytes:
    """DES (8-byte key), two-key triple DES (16) or SM4 (16) in ECB; ``plain`` in whole blocks."""
    return _through(_cipher(key, method).encryptor(), plain)


def decrypt(key: bytes, secret: bytes, method: Method = "des") -> bytes:
    """The reverse of ``encrypt``."""
    return _through(_cipher(key, method).decryptor(), secret)


def _cipher(key: bytes, method: Method) -> Cipher[modes.ECB]:
    return Cipher(METHODS[method].algorithm(key), modes.ECB())  # noqa: S305 - the clause says so


def _through(worker: CipherContext, octets: bytes) -> bytes:
    return worker.update(octets) + worker.finalize()


def kcv(key: bytes, method: Method = "des") -> bytes:
    """Key check value: the first 4 bytes of a block of zero bytes encrypted."""
    return encrypt(key, bytes(METHODS[method].block), method)[:4]


def mac(key: bytes, covered: bytes, method: Method = "des") -> bytes:
    """MAC of ``covered`` (MTI up to the field before 64), 8 bytes.

    UnionPay: the blocks are folded by XOR; the fold is written in hex characters, two blocks; the
    first is encrypted, XORed with the second, encrypted again; the first 8 hex characters are the
    MAC. Chained: the left 8 bytes of the last block. Retail: chained under the key's left 8 bytes;
    the last block is decrypted under the next 8, and encrypted under the left (a key of 24 bytes:
    under the third); with a key of 8 bytes it is chained, and no more.
    """
    _, block, blocks = METHODS[method]
    padded = covered + bytes(-len(covered) % block)
    pieces = [padded[at : at + block] for at in range(0, len(padded), block)]
    last = bytes(block)
    if blocks != "folded":
        halved = blocks == "retail"
        chain = key[:8] if halved else key
        for piece in pieces:
            last = encrypt(chain, _xor(last, piece), method)
        if halved and len(key) > len(chain):
            last = encrypt(key[16:] or chain, decrypt(key[8:16], last))
        return last[:SIZE]
    for piece in pieces:
        last = _xor(last, piece)
    text = last.hex().upper().encode("ascii")
    mixed = _xor(encrypt(key, text[:block], method), text[block:])
    return encrypt(key, mixed, method).hex().upper().encode("ascii")[:SIZE]


def _xor(left: bytes, right: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(left, right, strict=True))


def _place(message: Message) -> int:
    """Where the MAC is: in the last field that the message's bitmaps have (ISO 8583:1987)."""
    return 128 if max(message.fields, default=0) > 64 else 64


def sealed(message: Message, key: bytes, method: Method = "des") -> Message:
    """The message with its MAC, in field 64; in 128 where it has fields behind 64."""
    place = _place(message)
    unsealed = pack(message.with_fields({place: "00" * SIZE}))
    return message.with_fields({place: mac(key, unsealed[:-SIZE], method).hex().upper()})


def mac_ok(message: Message, key: bytes, method: Method = "des") -> bool:
    """Whether its MAC is there and right, over the bytes as they were received."""
    if _place(message) not in message.fields:
        return False
    try:
        body = message.body or pack(message)
    except Garbled:
        return False
    return mac(key, body[:-SIZE], method) == body[-SIZE:]
