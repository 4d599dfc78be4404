"""How the test acquirer decides, what an upload lists, how wrong a terminal's clock is. Pure."""

import datetime
import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from harness.errors import Garbled
from harness.wire import tlv
from harness.wire.iso8583 import Message
from harness.wire.pan import is_pan, mask_pan

#: What makes a chip's answer that of one transaction: cryptogram, counter, the terminal's number.
OF_ONE_TRANSACTION = (0x9F26, 0x9F36, 0x9F37)
_TRACK_2 = re.compile(r"([0-9]{12,19})[D=]([0-9]{4})?")
AMOUNT, OTHER_AMOUNT, CURRENCY = 0x9F02, 0x9F03, 0x5F2A  # EMV book 3, annex A: BCD
UPLOAD_ITEM = 40  # digits: card class 2, trace number 6, card number 20, amount 12


def ruled(rules: Iterable[Mapping[str, Any]], amount: int, pan: str) -> str:
    """The answer code that the first fitting rule gives; else 00, or 14 for what is no card.

    Args:
        rules: Each has ``answer`` (a code or ``last_two_digits``) and what it is for: ``card``,
            ``amount`` or ``between`` (minor units, inclusive).
        amount: Minor units.
        pan: The card number in clear.
    """
    for rule in rules:
        low, high = rule.get("between", (rule.get("amount", 0), rule.get("amount", 10**12)))
        if low <= amount <= high and rule.get("card", pan) == pan:
            code: str = rule["answer"]
            return f"{amount % 100:02d}" if code == "last_two_digits" else code
    return "00" if is_pan(pan) else "14"


class Item(NamedTuple):
    """One transaction of a batch upload; it holds a card number in clear and is kept nowhere."""

    stan: int
    amount: int
    pan: str

    @property
    def masked(self) -> str:
        """Its card, truncated; empty where it names none."""
        return mask_pan(self.pan) if self.pan else ""


def uploaded_items(request: Message) -> list[Item]:
    """What an upload message brings: one in fields 2, 4 and 11 (chip), or up to eight in 48."""
    if request.pan or 4 in request.fields:
        return [Item(request.stan, request.amount, request.pan)]
    listed = request.get(48)[2:]
    pieces = [listed[at : at + UPLOAD_ITEM] for at in range(0, len(listed), UPLOAD_ITEM)]
    return [
        Item(int(piece[2:8]), int(piece[28:40]), piece[8:28].lstrip("0"))
        for piece in pieces
        if len(piece) == UPLOAD_ITEM
    ]


def track_number(request: Message) -> str | None:
    """The card number that field 35 begins with, truncated; None without one."""
    found = _TRACK_2.match(request.get(35))
    return mask_pan(found[1]) if found else None


def cryptogram_mark(request: Message, salt: bytes) -> str | None:
    """A keyed mark of what field 55 says of one transaction alone; None where it says less."""
    held = _of_chip(request)
    if not all(held.get(tag) for tag in OF_ONE_TRANSACTION):
        return None
    said = b"|".join(held[tag] for tag in OF_ONE_TRANSACTION)
    return hmac.new(salt, said, hashlib.sha256).hexdigest()[:16]


def unlike(request: Message) -> str | None:
    """What track 2 and the chip tell otherwise than the request's own fields; None for nothing.

    The chip's cryptogram is over its amount and currency (EMV book 3, 9.2.2). With an amount of
    cash besides (9F03) nothing is said, nor where the chip was asked about no amount.
    """
    held, found = _of_chip(request), _TRACK_2.match(request.get(35))
    asked = held.get(AMOUNT, b"")
    asked = b"" if any(held.get(OTHER_AMOUNT, b"")) or not any(asked) else asked
    told = (
        ("amount (9F02)", asked.hex(), request.get(4)),
        ("currency (5F2A)", held.get(CURRENCY, b"").hex()[1:], request.get(49)),
        ("expiry (field 14)", request.get(14), (found and found[2]) or ""),
    )
    wrong = [word for word, mine, theirs in told if mine and theirs and mine != theirs]
    return ", ".join(wrong) or None


def _of_chip(request: Message) -> dict[int, bytes]:
    """Tag -> value of field 55; empty where it cannot be read."""
    try:
        return {row.tag: row.value for row in tlv.walk(bytes.fromhex(request.get(55)))}
    except (Garbled, ValueError):
        return {}


def skew(request: Message, now: datetime.datetime) -> int | None:
    """Seconds by which a request's fields 12 and 13 are ahead of ``now``; None without them.

    The fields carry no year, so the year that comes nearest is meant; what is no date at all
    (a clock gone wild) counts as half a year wrong, the most there is.
    """
    date, time = request.get(13), request.get(12)
    if not date or not time:
        return None
    local = now.replace(tzinfo=None)
    found = [
        told - local
        for year in (local.year - 1, local.year, local.year + 1)
        if (told := _moment(f"{year}{date}T{time}")) is not None
    ]
    nearest = min(found, key=abs, default=datetime.timedelta(days=183))
    return round(nearest.total_seconds())


def _moment(text: str) -> datetime.datetime | None:
    try:
        return datetime.datetime.fromisoformat(text)
    except ValueError:
        return None
