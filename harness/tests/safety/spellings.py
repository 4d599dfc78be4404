"""Test cards in every spelling in which one may leak, and a search that knows all of them.

The search looks for what it has made itself, byte by byte, and asks nothing of the code it judges.
"""

import base64
import json
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote, quote_plus

PANS = ("9999990000000014", "4111111111111111", "378282246310005", "6212345678900000003")
DISCRETIONARY = "49121010000012345678"
Spell = Callable[[str], str]


def fours(pan: str, between: str = " ") -> str:
    """As it stands on the card."""
    return between.join(pan[at : at + 4] for at in range(0, len(pan), 4))


def bcd(pan: str) -> str:
    """As EMV pads it."""
    return pan + "F" * (len(pan) % 2)


def tag_5a(pan: str) -> str:
    """Tag, length, number; in hex."""
    return f"5A{len(bcd(pan)) // 2:02X}{bcd(pan)}"


def armoured(text: str | bytes) -> str:
    """Base64."""
    return base64.b64encode(text.encode() if isinstance(text, str) else text).decode()


def _core(octets: bytes, off: int) -> str:
    """The signs of base64 that depend on nothing but these bytes, ``off`` bytes behind others."""
    return armoured(b"x" * off + octets)[(off * 8 + 5) // 6 : (off + len(octets)) * 8 // 6]


SPELT: dict[str, Spell] = {
    "plain": lambda pan: f"card {pan} seen",
    "spaced": fours,
    "dashed": lambda pan: fours(pan, "-"),
    "dotted": lambda pan: fours(pan, "."),
    "no-break spaces": lambda pan: fours(pan, "\xa0"),
    "full width": lambda pan: "".join(chr(0xFF10 + int(digit)) for digit in pan),
    "hex of ASCII": lambda pan: pan.encode().hex(),
    "spaced hex of ASCII": lambda pan: pan.encode().hex(" ").upper(),
    "hex of EBCDIC": lambda pan: pan.encode("cp037").hex(),
    "spaced hex of EBCDIC": lambda pan: pan.encode("cp500").hex(" ").upper(),
    "hex of UTF-16": lambda pan: pan.encode("utf-16-be").hex(),
    "hex of UTF-16, little end first": lambda pan: pan.encode("utf-16-le").hex(" "),
    "hex of track 2": lambda pan: f";{pan}={DISCRETIONARY}?".encode().hex(),
    "base64": armoured,
    "base64 in base64's midst": lambda pan: armoured(f'{{"a":{pan},"b":1}}'),
    "base64, one off": lambda pan: armoured(f"1st {pan} "),
    "base64, two off": lambda pan: armoured(f"first: {pan} "),
    "base64 of spaced": lambda pan: armoured(fours(pan)),
    "base64 of tag 5A": lambda pan: armoured(bytes.fromhex(f"9F2701805A{tag_5a(pan)[2:]}5F340101")),
    "URL": lambda pan: f"GET /x?pan={pan}&a=1",
    "URL, spaces escaped": lambda pan: quote(fours(pan)),
    "URL, spaces plus": lambda pan: quote_plus(fours(pan)),
    "URL, all escaped": lambda pan: "".join(f"%{ord(digit):02X}" for digit in pan),
    "JSON": lambda pan: json.dumps({"pan": pan}),
    "JSON, escaped": lambda pan: "".join(f"\\u{ord(digit):04x}" for digit in pan),
    "C, escaped": lambda pan: "".join(f"\\x{ord(digit):02x}" for digit in pan),
    "HTML, escaped": lambda pan: "".join(f"&#{ord(digit)};" for digit in pan),
    "track 2": lambda pan: f";{pan}={DISCRETIONARY}?",
    "track 2 with D": lambda pan: f"{pan}D{DISCRETIONARY[:17]}",
    "tag 5A": tag_5a,
}


def _needles(pan: str) -> set[str]:
    found = {spell(pan) for name, spell in SPELT.items() if "base64" not in name}
    found |= {pan, *(fours(pan, between) for between in " -._/+")}
    found |= {"\0".join(pan), pan.encode("cp037").decode("latin-1"), bcd(pan), DISCRETIONARY[:17]}
    for code in ("ascii", "cp037", "utf-16-le", "utf-16-be"):
        found |= {pan.encode(code).hex(), pan.encode(code).hex(" ")}
    whole = (pan.encode(), fours(pan).encode(), bytes.fromhex(bcd(pan)))
    return found | {_core(octets, off) for octets in whole for off in range(3)}


TEXTS = {text for pan in PANS for one in _needles(pan) for text in (one, one.upper(), one.lower())}
NEEDLES = {
    *(text.encode() for text in TEXTS),
    *(json.dumps(text)[1:-1].encode() for text in TEXTS),
    *(pan.encode(code) for pan in PANS for code in ("cp037", "utf-16-le", "utf-16-be")),
    *(bytes.fromhex(bcd(pan)) for pan in PANS),
}


#: First six and last four may be shown (PCI DSS 3.4.1): eleven digits in a row are one too many.
PARTS = {pan[at : at + 11].encode() for pan in PANS for at in range(len(pan) - 10)}


def parts_held(octets: bytes) -> list[bytes]:
    """Rows of more digits of a test card than may be shown, however they are grouped or spelt."""
    bare = octets.translate(None, b" -")
    spelt = {part.hex().encode() for part in PARTS}
    return sorted(part for part in PARTS | spelt if part in bare)


def held(octets: bytes) -> list[bytes]:
    """Which spellings of the test cards stand in something."""
    return sorted(needle for needle in NEEDLES if needle in octets)


def in_files(folder: Path) -> dict[str, list[bytes]]:
    """Each file below a folder that has one, by its name; the names are looked at, too."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {
        str(path.relative_to(folder)): found
        for path in files
        if (found := held(str(path).encode() + b"\n" + path.read_bytes()))
    }
