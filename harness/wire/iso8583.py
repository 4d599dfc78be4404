"""ISO 8583 as UnionPay terminals pack it: fields, framing, and a message that cannot leak a card.

On the wire (Q/CUP 009.1; JR/T 0001)::

    length 2 B big-endian | TPDU 5 B: 60 dst2 src2 | header 6 B | MTI 2 B BCD | bitmap 8 B | fields

Which field is packed how is in ``iso8583_fields.py``; keys and the MAC are in ``mac.py``, private
sub-fields (48, 60, 61, 62) in ``subfields.py``, answer codes in ``answers.py``. Numbers are BCD,
digit-counted, odd ones padded; which nibble pads differs between terminals (0, D and F are seen),
so decoding takes any of them.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Self

import iso8583

from harness.errors import Garbled
from harness.wire.iso8583_fields import DECIMAL, SPEC
from harness.wire.pan import LONGEST, SHORTEST, is_pan, mask_pan

TPDU = bytes.fromhex("6000030000")
HEADER = bytes.fromhex("603100310000")  # class 60, software 31, status 0, version 31, reserved
ENVELOPE = len(TPDU) + len(HEADER)
MAX_FRAME = 8192  # B; the largest message that a terminal sends is under 3 KiB

#: What a host asks for by the low half of the header's third byte (UnionPay POS header: class 2,
#: software 2, terminal status 1, demand 1, version 6 digits; assumed, the public texts differ).
DEMANDS: tuple[str, ...] = ("nothing", "parameters", "status", "sign_on", "capk", "aid")
DEMAND_AT = 2

#: Fields that no repr, log or trace may show (PCI DSS 3.3, 3.4); 62 carries keys at sign-on.
HIDDEN = frozenset({35, 36, 45, 52, 55, 62})


@dataclass(frozen=True, slots=True, repr=False)
class Message:
    """One message. Fields are text: digits, upper-case hex for binary ones, Latin-1 for text.

    Attributes:
        mti: Message type, four digits.
        fields: Field number -> value.
        tpdu: 5 B; ``60``, destination, source.
        header: 6 B application header.
        body: The bytes it was read from (MTI to the last field); empty when it was built here.
    """

    mti: str
    fields: Mapping[int, str]
    tpdu: bytes = TPDU
    header: bytes = HEADER
    body: bytes = field(default=b"", compare=False)

    def get(self, number: int, default: str = "") -> str:
        """A field's text, or ``default``."""
        return self.fields.get(number, default)

    @property
    def stan(self) -> int:
        """Field 11; 0 when absent."""
        return int(self.get(11, "0"))

    @property
    def amount(self) -> int:
        """Field 4 in minor units; 0 when absent."""
        return int(self.get(4, "0"))

    @property
    def pan(self) -> str:
        """The card number in clear, from field 2, else from track 2 or 3, else ``""``."""
        if 2 in self.fields:
            return self.fields[2]
        tracks = self.get(35) or self.get(36)[2:]  # track 3 starts with a 2-digit format code
        found = re.match(r"\d{12,19}(?=[D=])", tracks)
        return found[0] if found else ""

    @property
    def masked_pan(self) -> str:
        """The card number truncated to first 6 and last 4, or ``""``."""
        return mask_pan(self.pan) if self.pan else ""

    @property
    def demand(self) -> str:
        """What the host asks for by the header: a word of ``DEMANDS``; unknown ones are none."""
        low = self.header[DEMAND_AT] & 0x0F if len(self.header) > DEMAND_AT else 0
        return DEMANDS[low] if low < len(DEMANDS) else DEMANDS[0]

    def with_fields(self, fields: Mapping[int, str]) -> Self:
        """A message that has these fields too; it is no longer the one that was read."""
        return replace(self, fields={**self.fields, **fields}, body=b"")

    def shown(self) -> dict[int, str]:
        """The fields as a trace may hold them."""
        return {number: _shown(number, text) for number, text in sorted(self.fields.items())}

    def __repr__(self) -> str:
        fields = " ".join(f"{number}={text}" for number, text in self.shown().items())
        return f"<{self.mti} {fields}>"


def _shown(number: int, text: str) -> str:
    """A field as it may be seen; one in which a card number may hide is not, in no field."""
    if number in HIDDEN:
        return "***"
    if number == 2:
        return mask_pan(text)
    return "***" if _may_hold_card(text) else text


def _may_hold_card(text: str) -> bool:
    """Whether any stretch of digits, wherever it begins, could be a card number.

    A message that is out of step has field 2 anywhere: behind other digits, in a text, in hex.
    """
    digits = "".join(filter(str.isdecimal, text))
    return any(
        is_pan(digits[start:end])
        for start in range(len(digits) - SHORTEST + 1)
        for end in range(start + SHORTEST, min(start + LONGEST, len(digits)) + 1)
    )


def answer_mti(mti: str) -> str:
    """The type that answers: 0200 -> 0210, also for repeats (0201 -> 0210)."""
    return f"{mti[:2]}{int(mti[2]) + 1}0"


def answer(request: Message, fields: Mapping[int, str], demand: str = "nothing") -> Message:
    """An answer to ``request``: its type, TPDU with source and destination swapped, its header.

    ``demand``, a word of ``DEMANDS``, is what the header asks the terminal to do.
    """
    swapped = request.tpdu[:1] + request.tpdu[3:5] + request.tpdu[1:3]
    header = bytearray(request.header)
    header[DEMAND_AT] = header[DEMAND_AT] & 0xF0 | DEMANDS.index(demand)
    return Message(answer_mti(request.mti), dict(fields), swapped, bytes(header))


# --- bytes of the fields --------------------------------------------------------------------


def pack(message: Message) -> bytes:
    """MTI, bitmap and fields; raises Garbled, without the values, when a field does not fit."""
    doc = {"t": message.mti, **{str(number): text for number, text in message.fields.items()}}
    # The library's error carries the whole message: it must not live on, not even as a context.
    # So nothing is raised while it is being handled, here and below.
    try:
        return bytes(iso8583.encode(doc, SPEC)[0])
    except iso8583.EncodeError as error:
        wrong = f"field {error.field} cannot be packed"
    except (KeyError, ValueError, TypeError):
        wrong = "a field that this packing does not have"
    raise Garbled(f"ISO 8583: {wrong}")


def unpack(body: bytes) -> Message:
    """Read MTI, bitmap and fields; raises Garbled, without any value."""
    fields = _decode(body)
    mti = fields.pop("t")
    fields.pop("p")
    fields.pop("1", "")  # the second bitmap, which is made anew
    numbered = {int(number): text for number, text in fields.items()}
    wrong = [n for n in sorted(DECIMAL & set(numbered)) if not _decimal(numbered[n])]
    if not _decimal(mti):
        raise Garbled("ISO 8583: the message type is not decimal")
    if wrong:
        raise Garbled(f"ISO 8583: field {wrong[0]} is not decimal")
    return Message(mti, numbered, body=bytes(body))


def _decimal(text: str) -> bool:
    return text.isascii() and (text.isdigit() or not text)


def _decode(body: bytes) -> dict[str, str]:
    """Decode; where only a pad nibble is unusual, forgive it and go on."""
    forgiving = bytearray(body)
    wrong = "cannot read the padding"
    for _ in range(len(SPEC)):  # one pad nibble per field at most
        try:
            return dict(iso8583.decode(bytes(forgiving), SPEC)[0])
        except iso8583.DecodeError as error:
            last = error.pos + len(error.doc_enc.get(error.field, {}).get("data", b"")) - 1
            odd_pad = "nibbles, expecting" in error.msg and error.pos <= last < len(forgiving)
            field, wrong = error.field, f"cannot read field {error.field}, byte {error.pos}"
        except (KeyError, ValueError, TypeError):
            wrong = "a field that this packing does not have"
            break
        if not odd_pad or not _forgive(forgiving, last, field):
            break
    raise Garbled(f"ISO 8583: {wrong}")


def _forgive(body: bytearray, last: int, number: str) -> bool:
    """Make the pad nibble of a right-padded field zero; False when it was not the trouble."""
    if "right_pad" not in SPEC[number] or not body[last] & 0x0F:
        return False
    body[last] &= 0xF0
    return True


# --- frames ---------------------------------------------------------------------------------


def frame(message: Message) -> bytes:
    """The whole message as sent: length, TPDU, header and fields."""
    inside = message.tpdu + message.header + pack(message)
    return len(inside).to_bytes(2, "big") + inside


def unframe(inside: bytes) -> Message:
    """Read a frame without its length; raises Garbled."""
    if len(inside) < ENVELOPE:
        raise Garbled(f"ISO 8583: a frame of {len(inside)} B has no room for TPDU and header")
    message = unpack(inside[ENVELOPE:])
    return replace(message, tpdu=bytes(inside[:5]), header=bytes(inside[5:ENVELOPE]))


class Deframer:
    """Cuts a stream into frames, however it is fragmented."""

    def __init__(self, limit: int = MAX_FRAME) -> None:
        self._limit = limit
        self._held = bytearray()

    def feed(self, piece: bytes) -> Iterator[bytes]:
        """Take in bytes; yield each frame complete now, without its length.

        A length of zero is a keep-alive and is skipped. Raises Garbled for a length that no
        message has: the stream cannot be trusted from there on.
        """
        self._held += piece
        while len(self._held) >= 2:
            size = int.from_bytes(self._held[:2], "big")
            if size > self._limit:
                raise Garbled(f"ISO 8583: a frame of {size} B; {self._limit} B is the most")
            if len(self._held) < 2 + size:
                return
            inside = bytes(self._held[2 : 2 + size])
            del self._held[: 2 + size]
            if inside:
                yield inside

    @property
    def held(self) -> int:
        """Bytes of a frame that is not complete yet."""
        return len(self._held)
