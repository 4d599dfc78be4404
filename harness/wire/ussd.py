"""The text of an answer by USSD, as modems write it into +CUSD (3GPP TS 27.007, 7.15).

Plain text, or hex: where its coding is UCS2 or eight bits (TS 23.038, 5), where the set of
characters is "UCS2" or "HEX" (27.007, 5.5), and packed as it was on the air (23.038, 6.1.2.3) from
modems that leave the unpacking to others, Huawei's among them. What is plain stays what it is.
"""

import re

from harness.wire import gsm7

#: TS 23.038, 5: UCS2 behind two octets with the language, two packed letters (ISO 639).
NAMES_LANGUAGE = 0x11
_SIGNS = frozenset(gsm7.BASIC) | frozenset(gsm7.SHIFTED.values())
#: What a network writes to people: the rest of the alphabet shows that it was no packed text.
_WRITTEN = frozenset(sign for sign in _SIGNS if sign.isascii() or sign.islower()) | set(
    "ÄÖÜÑÅÆØÉ£€"
)
_CONTROL = frozenset("\f\x1b_")
_LEAST = 12  # digits; a shorter one may be a word or a voucher's number
_PADDING = "\r"  # 23.038, 6.1.2.3.1: it fills up the last octet


def text_of(said: str, coding: int | None) -> str:
    """The text that was meant; ``coding`` is the line's third value, None where it has none."""
    if not re.fullmatch(r"(?:[0-9A-Fa-f]{2}){2,400}", said):
        return said
    octets = bytes.fromhex(said)
    if len(octets) % 2 == 0 and (_is_wide(coding) or _looks_wide(octets)):
        return gsm7.ucs2(octets[2:] if coding == NAMES_LANGUAGE and octets[0] else octets)
    if _is_binary(coding):
        return octets.decode("latin-1") if octets.decode("latin-1").isprintable() else said
    if len(said) < _LEAST or said.isdecimal():
        return said
    return next(filter(_is_written, (_by_septet(octets), _packed(octets))), said)


def _is_wide(coding: int | None) -> bool:
    """UCS2 by TS 23.038, 5: with a language, in general with or without a class, with a header."""
    return coding is not None and (
        coding == NAMES_LANGUAGE or coding & 0xEC == 0x48 or coding & 0xFC == 0x98
    )


def _is_binary(coding: int | None) -> bool:
    """Eight bits by TS 23.038, 5: in general with or without a class, or of the group 1111."""
    return coding is not None and (coding & 0xCC == 0x44 or coding & 0xF4 == 0xF4)


def _looks_wide(octets: bytes) -> bool:
    """Whether it is UCS2 whatever its coding says, as with the set "UCS2".

    Then all its signs are of the default alphabet, or have a zero in front, as those of western
    languages have; no balance in plain digits looks like that.
    """
    signs = gsm7.ucs2(octets)
    return 0 in octets[::2] and all(sign <= "\xff" or sign in _SIGNS for sign in signs)


def _by_septet(octets: bytes) -> str:
    """The set "HEX": an octet for each septet."""
    return gsm7.decode(octets) if max(octets) < 0x80 else ""


def _packed(octets: bytes) -> str:
    text = gsm7.decode(gsm7.unpack(octets, len(octets) * 8 // 7))
    whole = len(octets) % 7 == 0  # its last septet may be there to fill up an octet
    return text.removesuffix(_PADDING).removesuffix("@") if whole else text


def _is_written(text: str) -> bool:
    letters = sum(sign.isalnum() or sign == " " for sign in text)
    return set(text) <= _WRITTEN - _CONTROL and letters * 4 >= len(text) * 3 > 0
