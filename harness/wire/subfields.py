"""Private sub-fields of a UnionPay terminal: 48 totals, 60 kind and batch, 61 original, 62 keys.

Source: the UnionPay POS message fields (Q/CUP 009.1); digits unless noted.
"""

from dataclasses import dataclass
from typing import Self

from harness.errors import Garbled
from harness.wire import mac
from harness.wire.mac import Method

#: 60.3 of a sign-on -> bytes of PIN key and MAC key on the wire, and whether a track key follows.
KEY_FORMS: dict[str, tuple[int, int, bool]] = {
    "001": (8, 8, False),  # single length: 24 B with check values
    "003": (16, 16, False),  # double length: 40 B
    "004": (16, 16, True),  # double length and track key: 60 B
    "005": (16, 16, False),  # SM4 keys under an SM4 master key: 40 B (assumed)
}
SM4_FORM = "005"


def _cut(text: str, *sizes: int, what: str) -> list[str]:
    """Cut digits into parts; raises Garbled when they are too few."""
    if len(text) < sum(sizes) or not (text.isascii() and text.isdigit()):
        raise Garbled(f"{what}: {sum(sizes)} digits are wanted, {len(text)} characters came")
    parts, at = [], 0
    for size in sizes:
        parts.append(text[at : at + size])
        at += size
    return [*parts, text[at:]]


@dataclass(frozen=True, slots=True)
class Kind:
    """Field 60: what kind of message this is.

    Attributes:
        kind: 60.1, two digits (00 sign-on, 22 sale, 23 void, 25 refund ...).
        batch: 60.2, 0..999999.
        network: 60.3, three digits (001 sign-on ..., 201 settlement, 301 echo).
        rest: 60.4 and on, as it is.
    """

    kind: str
    batch: int
    network: str = "000"
    rest: str = ""

    @property
    def text(self) -> str:
        """Field 60."""
        return f"{self.kind}{self.batch:06d}{self.network}{self.rest}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read field 60; 60.3 may be missing. Raises Garbled."""
        kind, batch, rest = _cut(text, 2, 6, what="field 60")
        return cls(kind, int(batch), rest[:3] or "000", rest[3:])


@dataclass(frozen=True, slots=True)
class Original:
    """Field 61: the transaction this one refers to.

    Attributes:
        batch: 61.1.
        stan: 61.2.
        date: 61.3, MMDD, may be empty.
    """

    batch: int
    stan: int
    date: str = ""

    @property
    def text(self) -> str:
        """Field 61."""
        return f"{self.batch:06d}{self.stan:06d}{self.date}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read field 61; raises Garbled."""
        batch, stan, rest = _cut(text, 6, 6, what="field 61")
        return cls(int(batch), int(stan), rest[:4])


@dataclass(frozen=True, slots=True)
class Totals:
    """Field 48 of a settlement: what a batch adds up to.

    Attributes:
        debit: Debit amount, minor units (money taken from card holders).
        debits: Debit count.
        credit: Credit amount, minor units (voids and refunds).
        credits: Credit count.
    """

    debit: int = 0
    debits: int = 0
    credit: int = 0
    credits: int = 0

    def text(self, flag: str = "0") -> str:
        """Field 48 with its flag: 0 asked, 1 balanced, 2 not balanced."""
        return f"{self.debit:012d}{self.debits:03d}{self.credit:012d}{self.credits:03d}{flag}"

    @classmethod
    def parse(cls, text: str) -> tuple[Self, str]:
        """Read totals and flag (``0`` when absent), of domestic cards; raises Garbled."""
        debit, debits, credit, count, rest = _cut(text, 12, 3, 12, 3, what="field 48")
        return cls(int(debit), int(debits), int(credit), int(count)), rest[:1] or "0"


@dataclass(frozen=True, slots=True, repr=False)
class WorkKeys:
    """The keys a sign-on brings, in clear. Never shown.

    Attributes:
        pin: PIN key, 8 or 16 B.
        mac: MAC key, 8 or 16 B.
        track: Track key, 16 B, or empty.
        method: What the MAC key is for.
    """

    pin: bytes
    mac: bytes
    track: bytes = b""
    method: Method = "des"

    def __repr__(self) -> str:
        return f"<WorkKeys {len(self.pin)}+{len(self.mac)}+{len(self.track)} B>"

    def wrapped(self, master: bytes, form: str = "003") -> str:
        """Field 62 (Latin-1): each key under the master key, with its check value.

        A MAC key of 8 bytes in a place for 16 is filled with zero bytes (Q/CUP 009.1).
        """
        pin_size, mac_size, has_track = KEY_FORMS[form]
        cipher = _cipher_of(form)
        wrapped = _wrap(self.pin, pin_size, master, cipher)
        wrapped += _wrap(self.mac, mac_size, master, cipher)
        if has_track:
            wrapped += _wrap(self.track, 16, master, cipher)
        return wrapped.decode("latin-1")

    @classmethod
    def unwrap(cls, text: str, master: bytes, form: str = "") -> Self:
        """Read field 62; raises Garbled when the size or a check value is wrong.

        Args:
            text: The field, Latin-1.
            master: The terminal's master key.
            form: 60.3 of the sign-on; needed for SM4 only, which is as long as another form.
        """
        field = text.encode("latin-1", "replace")
        sizes = {24: (8, 8), 40: (16, 16), 60: (16, 16, 16)}.get(len(field))
        cipher = _cipher_of(form)
        if sizes is None or min(sizes) < mac.METHODS[cipher].block:
            raise Garbled(f"field 62: keys come in 24 (not of SM4), 40 or 60 B, not {len(field)}")
        keys, at = [], 0
        for size in sizes:
            keys.append(_unwrap(field[at : at + size + 4], size, master, cipher))
            at += size + 4
        pin, own, track = *keys, *[b""] * (3 - len(keys))
        return cls(pin, own, track, cipher)


def _cipher_of(form: str) -> Method:
    return "sm4" if form == SM4_FORM else "des"


def _wrap(key: bytes, size: int, master: bytes, cipher: Method) -> bytes:
    # Encrypt first, then fill: the zero bytes stand in the clear beside a single-length key.
    return mac.encrypt(master, key, cipher).ljust(size, b"\0") + mac.kcv(key, cipher)


def _unwrap(part: bytes, size: int, master: bytes, cipher: Method) -> bytes:
    secret, check = part[:size], part[size:]
    if cipher == "des" and size == 16 and not any(secret[8:]):
        secret = secret[:8]
    key = mac.decrypt(master, secret, cipher)
    if mac.kcv(key, cipher) != check:
        raise Garbled("field 62: a key's check value is wrong")
    return key
