"""A modem's short messages: the store, and the PDU of a received one (3GPP TS 23.040, 9.2.2.1)."""

from dataclasses import dataclass
from datetime import datetime

UNREAD, READ = "REC UNREAD", "REC READ"


def _pack7(text: str) -> bytes:
    """GSM 7 bit packing (TS 23.038, 6.1.2.1) of letters and digits, which are ASCII there too."""
    bits = sum((ord(letter) & 0x7F) << (7 * at) for at, letter in enumerate(text))
    return bits.to_bytes((7 * len(text) + 7) // 8, "little")


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


@dataclass
class Message:
    """One stored message.

    Attributes:
        sender: Alphanumeric sender, as carriers use it.
        text: What it says.
        when: The service centre's time.
        status: ``REC UNREAD`` or ``REC READ``.
    """

    sender: str
    text: str
    when: datetime
    status: str = UNREAD

    @property
    def stamp(self) -> str:
        """Time for text mode: ``26/03/02,08:00:00+32``."""
        return text_time(self.when)

    def pdu(self) -> tuple[int, str]:
        """SMS-DELIVER: its length without the service centre, and hex text (UCS2 body)."""
        body = self.text.encode("utf-16-be")[:140]
        digits = (7 * len(self.sender) + 3) // 4  # an address counts in semi-octets
        address = f"{digits:02X}D0{_pack7(self.sender).hex().upper()}"
        pdu = f"04{address}0008{_stamp(self.when)}{len(body):02X}{body.hex().upper()}"
        return len(pdu) // 2, f"00{pdu}"


def text_time(when: datetime) -> str:
    """``yy/MM/dd,hh:mm:ss+zz`` with the zone in quarter hours (TS 27.007, 8.15)."""
    offset = when.utcoffset()
    quarters = int(offset.total_seconds() // 900) if offset else 0
    return f"{when:%y/%m/%d,%H:%M:%S}{quarters:+03d}"


class MessageStore:
    """The places of the SIM or the modem; index from 1, as +CMGR counts.

    Attributes:
        places: How many there are.
        missed: Messages that came while it was full.
    """

    def __init__(self, places: int) -> None:
        self.places, self.missed = places, 0
        self.kept: dict[int, Message] = {}

    def keep(self, message: Message) -> int | None:
        """Store it; returns its index, None when the store is full."""
        free = [at for at in range(1, self.places + 1) if at not in self.kept]
        if not free:
            self.missed += 1
            return None
        self.kept[free[0]] = message
        return free[0]
