"""A modem's short messages: the store, and the PDU of a received one (3GPP TS 23.040, 9.2.2.1).

What GSM 7 bit can spell is sent so, anything else as UCS2; what is too long for one message goes
in parts (TS 23.040, 9.2.3.24.1).
"""

from dataclasses import dataclass
from datetime import datetime

UNREAD, READ, UNSENT = "REC UNREAD", "REC READ", "STO UNSENT"

#: GSM 7 bit default alphabet (TS 23.038, 6.2.1); @ stands for the escape at 0x1B.
GSM = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ@ÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
SEPTETS, OCTETS = 160, 140  # of one message
HEADER = 6  # octets of the part's header, its length included


def septets(text: str) -> list[int] | None:
    """The text in GSM 7 bit; None when a letter is not in its alphabet."""
    places = [GSM.find(letter) for letter in text]
    return None if -1 in places else places


def pack(codes: list[int], fill: int = 0) -> bytes:
    """GSM 7 bit packing (TS 23.038, 6.1.2.1), after ``fill`` bits of nothing."""
    bits = sum((code & 0x7F) << (7 * at + fill) for at, code in enumerate(codes))
    return bits.to_bytes((7 * len(codes) + fill + 7) // 8, "little")


def _swapped(two: int) -> str:
    return f"{two % 10}{two // 10}"


def _stamp(when: datetime) -> str:
    """Service centre time stamp (TS 23.040, 9.2.3.11): swapped digits, zone in quarter hours."""
    offset = when.utcoffset()
    quarters = int(offset.total_seconds() // 900) if offset else 0
    zone = _swapped(abs(quarters))
    if quarters < 0:
        zone = f"{int(zone, 16) | 0x08:02X}"
    parts = (when.year % 100, when.month, when.day, when.hour, when.minute, when.second)
    return "".join(_swapped(part) for part in parts) + zone


def text_time(when: datetime) -> str:
    """``yy/MM/dd,hh:mm:ss+zz`` with the zone in quarter hours (TS 27.007, 8.15)."""
    offset = when.utcoffset()
    quarters = int(offset.total_seconds() // 900) if offset else 0
    return f"{when:%y/%m/%d,%H:%M:%S}{quarters:+03d}"


@dataclass
class Message:
    """One stored message.

    Attributes:
        sender: Alphanumeric sender, as carriers use it.
        text: What it says.
        when: The service centre's time.
        status: ``REC UNREAD``, ``REC READ`` or ``STO UNSENT``.
        part: (reference, parts, number of this one) of a long one.
    """

    sender: str
    text: str
    when: datetime
    status: str = UNREAD
    part: tuple[int, int, int] | None = None

    @property
    def stamp(self) -> str:
        """Time for text mode: ``26/03/02,08:00:00+32``."""
        return text_time(self.when)

    @property
    def ucs2(self) -> str:
        """The text as UCS2 in hex."""
        return self.text.encode("utf-16-be").hex().upper()

    def pdu(self) -> tuple[int, str]:
        """SMS-DELIVER: its length without the service centre, and hex text."""
        sender = septets(self.sender) or []
        digits = (7 * len(sender) + 3) // 4  # an address counts in semi-octets
        address = f"{digits:02X}D0{pack(sender).hex().upper()}"
        header = b"" if self.part is None else bytes([5, 0, 3, *self.part])
        coding, length, body = self._body(header)
        first = "44" if header else "04"  # SMS-DELIVER, no more to come; with a header or not
        pdu = f"{first}{address}00{coding:02X}{_stamp(self.when)}{length:02X}{body.hex().upper()}"
        return len(pdu) // 2, f"00{pdu}"

    def _body(self, header: bytes) -> tuple[int, int, bytes]:
        """Data coding scheme, user data length, user data (TS 23.040, 9.2.3.16 and .24)."""
        codes = septets(self.text)
        if codes is None:
            octets = header + self.text.encode("utf-16-be")
            return 8, len(octets), octets
        taken = -(-len(header) * 8 // 7)  # septets, the last filled up
        fill = 7 * taken - 8 * len(header)
        return 0, taken + len(codes), header + pack(codes, fill)


def split(sender: str, text: str, when: datetime, reference: int) -> list[Message]:
    """The message, in as many parts as it takes."""
    ucs2 = septets(text) is None
    if len(text) <= (OCTETS // 2 if ucs2 else SEPTETS):
        return [Message(sender, text, when)]
    most = (OCTETS - HEADER) // 2 if ucs2 else SEPTETS - -(-HEADER * 8 // 7)
    pieces = [text[at : at + most] for at in range(0, len(text), most)]
    return [
        Message(sender, piece, when, part=(reference % 256, len(pieces), number))
        for number, piece in enumerate(pieces, 1)
    ]


class MessageStore:
    """The places of the SIM or the modem; index from 1, as +CMGR counts.

    Attributes:
        places: How many there are.
        kept: Index -> message.
        missed: Messages that came while it was full.
    """

    def __init__(self, places: int) -> None:
        self.places, self.missed = places, 0
        self.kept: dict[int, Message] = {}

    @property
    def full(self) -> bool:
        return len(self.kept) >= self.places

    def keep(self, message: Message) -> int | None:
        """Store it; returns its index, None when the store is full."""
        free = [at for at in range(1, self.places + 1) if at not in self.kept]
        if not free:
            self.missed += 1
            return None
        self.kept[free[0]] = message
        return free[0]
