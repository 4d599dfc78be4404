"""Channels by encodings: what each says of a card number of its own, in its framing.

Every cell has another number (issuer 999999, which nobody routes), so whatever is found, or shown
truncated, tells which cell it came from. What cannot be is in ``CANNOT``, with the reason.
"""

import json
import random
from collections.abc import Callable, Mapping
from typing import NamedTuple

from harness.tests.safety.spellings import DISCRETIONARY, armoured, bcd, fours, tag_5a
from harness.wire import gsm7, nexo

DIGITS = (16, 19, 15, 16, 17)  # of the numbers, in turn
ISSUER = "999999"
READS, LINES = "split over two reads", "split over two lines"


def packed(text: str) -> str:
    """Septets in hex, as in a short message."""
    septets = gsm7.encode(text)
    assert septets is not None
    return gsm7.pack(septets).hex().upper()


#: How a number is written; each sign stands for a byte.
ENCODINGS: Mapping[str, Callable[[str], str]] = {
    "ASCII": lambda pan: f"card {pan} seen",
    "grouped": lambda pan: f"card {fours(pan)}",
    "BCD": lambda pan: bytes.fromhex(bcd(pan)).decode("latin-1"),
    "hex": lambda pan: pan.encode().hex(),
    "BCD in hex": tag_5a,
    "base64": lambda pan: armoured(f"1st {pan} "),
    "track 2, =": lambda pan: f";{pan}={DISCRETIONARY}?",
    "track 2, D": lambda pan: f"{pan}D{DISCRETIONARY[:17]}",
    "7 bit": lambda pan: packed(f"no {pan} ok"),
    "UCS-2": lambda pan: pan.encode("utf-16-be").hex().upper(),
    READS: lambda pan: f"card {pan}",
    LINES: lambda pan: f"card {pan[:8]}\n{pan[8:]} seen",
}

_ONE = "a message of it is one; it has no second line"
_ANSWER = "what it answers is one line"
_TEXT = "text, in which such bytes are none"
#: Channel, or channel and encoding -> why it cannot be.
CANNOT: Mapping[tuple[str, str], str] = {
    **{(name, LINES): _ONE for name in ("ecr", "nexo", "concert", "mispos", "codepay", "network",
                                        "host", "updates", "hands", "modem")},
    **{(name, LINES): _ANSWER for name in ("supply", "switch", "attenuator", "reader", "stripe",
                                           "field", "sim_card", "flash")},
    **{(f"adb {name}", LINES): _ANSWER for name in ("display", "properties", "complaint", "extras",
                                                    "files", "health")},
    **{(f"adb {name}", "BCD"): _TEXT for name in ("display", "extras")},
    **{(f"adb {name}", READS): "adb's own framing puts a message together first"
       for name in ("log", "display", "properties", "complaint", "extras", "files", "health")},
    ("packets", LINES): _ONE,
    ("packets", "7 bit"): "short messages go by the modem, not by the path",
    ("packets", "BCD"): "fields of ISO 8583 are the channel ``iso8583``",
    **{("iso8583", encoding): "fields 2 and 35 are BCD, and nothing else is"
       for encoding in ("ASCII", "grouped", "hex", "BCD in hex", "base64", "track 2, =", "7 bit",
                        "UCS-2", LINES)},
    ("messages", LINES): "a message of several parts is split over two reads: two PDUs",
}  # fmt: skip


_CUT = "what it says is quoted in an error, and cut short: not so much of it is shown"
#: Channel, or channel and encoding -> why not even the truncated number comes through.
UNSEEN: Mapping[tuple[str, ...], str] = {
    ("field",): "its driver compares answers and quotes none",
    ("stripe",): _CUT,
    ("attenuator", "grouped"): _CUT,
    ("reader", "UCS-2"): _CUT,
    ("sim_card", "UCS-2"): _CUT,
    ("flash", "ASCII"): "nobody has asked: a line that is no event is passed over",
    ("adb files", "grouped"): _CUT,
    ("adb health",): "masked before a figure is read in it, of which there is none then",
}


class Cell(NamedTuple):
    """One number on its way.

    Attributes:
        channel: Who says it.
        encoding: How.
        pan: The number.
        pieces: What is said, one piece after the other.
        rest: Digits that may not be shown, since those before them are out already.
    """

    channel: str
    encoding: str
    pan: str
    pieces: tuple[bytes, ...]
    rest: str = ""

    @property
    def shown(self) -> str:
        """What may be shown of it, and tells it from all others."""
        return f"{self.pan[:6]}***{self.pan[-4:]}"


Wrap = Callable[[str], bytes]
#: Field of an event that is observed, of each device that speaks in JSON lines.
EVENTS = {"network": ("notice", "text"), "host": ("violation", "text"),
          "updates": ("requested", "path"), "hands": ("code_shown", "code")}  # fmt: skip


def _line(text: str) -> bytes:
    return text.encode("latin-1") + b"\r\n"


def _event(device: str) -> Wrap:
    word, field = EVENTS[device]
    return lambda text: json.dumps({"event": word, field: text}).encode() + b"\n"


def _status(text: str) -> bytes:
    """An intermediate status of ZVT (04 FF) with a text in its TLV container."""
    said = text.encode("latin-1")
    lines = b"\x24" + bytes([len(said) + 2, 0x07, len(said)]) + said
    body = b"\xff\x03\x06" + bytes([len(lines)]) + lines
    return b"\x04\xff" + bytes([len(body)]) + body


def _print_line(text: str) -> bytes:
    """ZVT, 06 D1: one line of a receipt."""
    said = b"\x00" + text.encode("latin-1")
    return b"\x06\xd1" + bytes([len(said)]) + said


def _display(text: str) -> bytes:
    body = {"DisplayOutput": [{"OutputContent": {"OutputText": [{"Text": text}]}}]}
    header = nexo.Header("Display", "Request", "1", "HIL", "X")
    return nexo.prefixed(nexo.to_json(nexo.Message(header, body).plain()))


def _plain(text: str) -> bytes:
    return text.encode("latin-1")


#: Who speaks, and how it puts a text.
CHANNELS: Mapping[str, Wrap] = {
    "console": _line, "ecr": _status, "receipt": _print_line, "nexo": _display,
    "concert": _plain, "mispos": _plain, "codepay": _plain,
    "packets": lambda text: text.encode("latin-1") + b";", "iso8583": _plain,
    "modem": lambda text: b"\r\n" + _line(text), "messages": _plain,
    **dict.fromkeys(("supply", "switch", "attenuator", "reader", "stripe", "field", "sim_card",
                     "flash"), _line),
    **{name: _event(name) for name in EVENTS},
    **{f"adb {name}": _plain for name in ("log", "display", "properties", "health", "files",
                                          "extras", "complaint")},
}  # fmt: skip


def cells(*channels: str) -> list[Cell]:
    """All cells of these channels that can be; the numbers are always the same."""
    return [one for one in ALL if one.channel in channels]


def _all() -> list[Cell]:
    rng, taken, found = random.Random(8583), set[str](), list[Cell]()
    for channel, wrap in CHANNELS.items():
        for encoding in ENCODINGS:
            pan = _number(rng, DIGITS[len(found) % len(DIGITS)], taken)
            if (channel, encoding) not in CANNOT:
                found.append(_cell(channel, encoding, pan, wrap))
    return found


def _number(rng: random.Random, size: int, taken: set[str]) -> str:
    """One of whose first eleven and last four digits no other has any."""
    while True:
        stem = ISSUER + "".join(rng.choices("123456780", k=size - len(ISSUER) - 1))
        pan = next(stem + str(last) for last in range(10) if _luhn(stem + str(last)))
        if not {pan[:11], pan[-4:]} & taken:
            taken |= {pan[:11], pan[-4:]}
            return pan


def _luhn(digits: str) -> bool:
    doubled = "0246813579"
    return sum(int(doubled[int(one)] if place % 2 else one)
               for place, one in enumerate(reversed(digits))) % 10 == 0  # fmt: skip


def _cell(channel: str, encoding: str, pan: str, wrap: Wrap) -> Cell:
    text = ENCODINGS[encoding](pan)
    if encoding == LINES:
        first, _, second = text.partition("\n")
        return Cell(channel, encoding, pan, (wrap(first), wrap(second)), pan[8:])
    whole = wrap(text)
    if encoding == READS:
        at = whole.index(pan.encode()) + 8
        return Cell(channel, encoding, pan, (whole[:at], whole[at:]))
    return Cell(channel, encoding, pan, (whole,))


ALL = _all()
