"""How the fields of an ISO 8583 message are packed, as pyiso8583 wants it described.

Source: ISO 8583:1987, table of data elements; Q/CUP 009.1 (UnionPay's POS fields: BCD where the
standard has figures, lengths in BCD).
"""

from typing import Any


def _field(enc: str, len_type: int, max_len: int, **pad: str) -> dict[str, Any]:
    return {
        "data_enc": enc, "len_enc": "bcd", "len_type": len_type, "max_len": max_len, "desc": "",
        **pad,
    }  # fmt: skip


_DIGITS = {"len_count": "nibbles", "right_pad": "0"}  # BCD counted in digits, padded right


def _number(digits: int) -> dict[str, Any]:
    """A fixed BCD number; odd ones have a zero in front."""
    if digits % 2:
        return _field("b", 0, digits, len_count="nibbles", left_pad="0")
    return _field("b", 0, digits // 2)


def _digits(len_type: int, max_len: int) -> dict[str, Any]:
    return _field("b", len_type, max_len, **_DIGITS)


#: Field -> packing. UnionPay's are at its lengths; what only ISO 8583:1987 has is packed alike.
#: 28 to 31 are left out: signed amounts, of which nobody says how a terminal packs the sign.
SPEC: dict[str, dict[str, Any]] = {
    "h": _field("b", 0, 0), "t": _field("b", 0, 2), "p": _field("b", 0, 8), "1": _field("b", 0, 8),
    "2": _digits(1, 19), "3": _number(6), "4": _number(12), "5": _number(12), "6": _number(12),
    "7": _number(10), "8": _number(8), "9": _number(8), "10": _number(8), "11": _number(6),
    "12": _number(6), "13": _number(4), "14": _number(4), "15": _number(4), "16": _number(4),
    "17": _number(4), "18": _number(4), "19": _number(3), "20": _number(3), "21": _number(3),
    "22": _digits(0, 3), "23": _number(3), "24": _number(3), "25": _number(2), "26": _number(2),
    "27": _number(1), "32": _digits(1, 11), "33": _digits(1, 11), "34": _field("latin-1", 1, 28),
    "35": _digits(1, 37), "36": _digits(2, 104), "37": _field("ascii", 0, 12),
    "38": _field("ascii", 0, 6), "39": _field("ascii", 0, 2), "40": _field("ascii", 0, 3),
    "41": _field("ascii", 0, 8), "42": _field("ascii", 0, 15), "43": _field("latin-1", 0, 40),
    "44": _field("latin-1", 1, 25), "45": _field("latin-1", 1, 76),
    "46": _field("latin-1", 2, 999), "47": _field("latin-1", 2, 999), "48": _digits(2, 322),
    "49": _field("ascii", 0, 3), "50": _field("ascii", 0, 3), "51": _field("ascii", 0, 3),
    "52": _field("b", 0, 8), "53": _number(16), "54": _field("latin-1", 2, 20),
    "55": _field("b", 2, 255), "56": _field("latin-1", 2, 512), "57": _field("latin-1", 2, 512),
    "58": _field("latin-1", 2, 512), "59": _field("latin-1", 2, 999), "60": _digits(2, 19),
    "61": _digits(2, 29), "62": _field("latin-1", 2, 512), "63": _field("latin-1", 2, 163),
    "64": _field("b", 0, 8),
    "66": _number(1), "67": _number(2), "68": _number(3), "69": _number(3), "70": _number(3),
    "71": _number(4), "72": _number(4), "73": _number(6),
    **{str(number): _number(10) for number in range(74, 82)},
    **{str(number): _number(12) for number in range(82, 86)},
    **{str(number): _number(16) for number in range(86, 90)},
    "90": _number(42), "91": _field("ascii", 0, 1), "92": _field("ascii", 0, 2),
    "93": _field("ascii", 0, 5), "94": _field("ascii", 0, 7), "95": _field("ascii", 0, 42),
    "96": _field("b", 0, 8), "97": _field("b", 0, 9), "98": _field("latin-1", 0, 25),
    "99": _digits(1, 11), "100": _digits(1, 11), "101": _field("latin-1", 1, 17),
    "102": _field("latin-1", 1, 28), "103": _field("latin-1", 1, 28),
    "104": _field("latin-1", 2, 100),
    **{str(number): _field("latin-1", 2, 999) for number in range(105, 128)},
    "128": _field("b", 0, 8),
}  # fmt: skip

#: BCD fields that must hold nothing but decimal digits; the rest of the BCD ones are z or b.
DECIMAL = frozenset(
    {*range(2, 28), 32, 33, 48, 53, 60, 61, *range(66, 91), 99, 100}
)  # fmt: skip
