"""UnionPay's ISO 8583 by a third hand: one table, a pack, an unpack, the seal of field 64.

Source: Q/CUP 009.1 (frame, fields, double-length keys with check values, MAC "ECB"). Imports
nothing of the harness.
"""

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher, modes

Fields = dict[int, str]
TPDU, HEAD = bytes.fromhex("6000050000"), bytes.fromhex("603200320000")
MASTER = bytes.fromhex("11" * 16)  # the test acquirer's, published
TERMINAL, MERCHANT = "HIL00001", "9" * 15

#: Field -> how many bytes tell its length (0: fixed), what it is made of, its size where fixed.
#: ``d`` figures, two to a byte; ``t`` text; ``x`` bytes, written in hex.
TABLE: dict[int, tuple[int, str, int]] = {
    2: (1, "d", 0), 3: (0, "d", 6), 4: (0, "d", 12), 11: (0, "d", 6), 12: (0, "d", 6),
    13: (0, "d", 4), 14: (0, "d", 4), 15: (0, "d", 4), 22: (0, "d", 3), 23: (0, "d", 3),
    25: (0, "d", 2), 26: (0, "d", 2), 32: (1, "d", 0), 37: (0, "t", 12), 38: (0, "t", 6),
    39: (0, "t", 2), 41: (0, "t", 8), 42: (0, "t", 15), 44: (1, "t", 0), 48: (2, "d", 0),
    49: (0, "t", 3), 53: (0, "d", 16), 54: (2, "t", 0), 55: (2, "x", 0), 60: (2, "d", 0),
    61: (2, "d", 0), 62: (2, "x", 0), 63: (2, "t", 0), 64: (0, "x", 8),
}  # fmt: skip


class Unreadable(Exception):
    """What came is no message."""


def pack(mti: str, fields: Fields, key: bytes = b"") -> bytes:
    """The whole frame; sealed where there is a key."""
    shown = sorted(fields) + ([64] if key else [])
    bitmap = sum(1 << (64 - number) for number in shown).to_bytes(8, "big")
    body = bytes.fromhex(mti) + bitmap + b"".join(_one(n, fields[n]) for n in sorted(fields))
    if key:
        body += mac(key, body)
    inside = TPDU + HEAD + body
    return len(inside).to_bytes(2, "big") + inside


def _one(number: int, value: str) -> bytes:
    width, made, _ = TABLE[number]
    size = len(value) // 2 if made == "x" else len(value)
    head = bytes.fromhex(f"{size:0{2 * width}d}") if width else b""
    if made == "t":
        return head + value.encode("ascii")
    if len(value) % 2:  # 23 is a number; the others are filled up behind
        value = "0" + value if number == 23 else value + "0"
    return head + bytes.fromhex(value)


def unpack(inside: bytes) -> tuple[str, Fields]:
    """(message type, fields) of a frame without its length; raises Unreadable."""
    body = inside[len(TPDU) + len(HEAD) :]
    try:
        bitmap, at, fields = int.from_bytes(body[2:10], "big"), 10, {}
        for number in (n for n in range(1, 65) if bitmap & (1 << (64 - n))):
            width, made, size = TABLE[number]
            if width:
                size = int(body[at : at + width].hex())
                at += width
            octets = (size + 1) // 2 if made == "d" else size
            raw = body[at : at + octets]
            if len(raw) < octets:
                raise Unreadable
            fields[number] = _read(number, made, size, raw)
            at += octets
    except (KeyError, ValueError) as error:
        raise Unreadable from error
    if at != len(body) or len(body) < 10:
        raise Unreadable
    return body[:2].hex(), fields


def _read(number: int, made: str, size: int, raw: bytes) -> str:
    if made == "t":
        return raw.decode("ascii")
    text = raw.hex()
    if made == "x" or size == len(text):
        return text
    return text[1:] if number == 23 else text[:-1]


def sealed(key: bytes, inside: bytes) -> bool:
    """Whether the last eight bytes of a frame are its seal under this key."""
    return mac(key, inside[len(TPDU) + len(HEAD) : -8]) == inside[-8:]


def mac(key: bytes, text: bytes) -> bytes:
    """Field 64: all blocks folded into one, which is written in hex and enciphered half by half."""
    folded = bytes(8)
    for at in range(0, len(text), 8):
        folded = _xor(folded, text[at : at + 8].ljust(8, b"\0"))
    written = folded.hex().upper().encode()
    return _des(key, _xor(_des(key, written[:8]), written[8:])).hex().upper()[:8].encode()


def mac_key(told: str) -> bytes:
    """The MAC key out of field 62 (PIK 16, KCV 4, MAK 16, KCV 4); raises Unreadable."""
    raw = bytes.fromhex(told)
    if len(raw) < 40:
        raise Unreadable
    key = _des(MASTER, raw[20:28], back=True)
    if _des(key, bytes(8))[:4] != raw[36:40]:
        raise Unreadable
    return key


def _des(key: bytes, block: bytes, *, back: bool = False) -> bytes:
    triple = TripleDES((key * 3)[:24] if len(key) == 8 else key + key[:8])
    machine = Cipher(triple, modes.ECB())  # noqa: S305 - the clause wants it
    turn = machine.decryptor() if back else machine.encryptor()
    return turn.update(block) + turn.finalize()


def _xor(one: bytes, other: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(one, other, strict=True))
