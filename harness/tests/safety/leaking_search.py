"""A search for card numbers in everything that a run leaves, however it is wrapped and written.

Files are opened (gzip, zip, SQLite, pcapng), their bytes read as text, as BCD, as packed septets,
unescaped, and out of hex and base64 once more. It asks nothing of the code that it judges. A number
counts as found when more of its digits stand in a row than may be shown: eleven.
"""

import base64
import binascii
import gzip
import html
import io
import re
import sqlite3
import struct
import tempfile
import zipfile
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

SHOWN = 10  # first six and last four (PCI DSS 3.4.1)
_RUN = re.compile(rb"[0-9]{11,}")
_HEX = re.compile(rb"[0-9A-Fa-f]{2}(?:[ :]?[0-9A-Fa-f]{2}){9,}")
_DATA = re.compile(rb"data:[\w/+.-]+;base64,([A-Za-z0-9+/=]+)")
_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{16,}")
_ESCAPE = re.compile(rb"%([0-9A-Fa-f]{2})|\\+x([0-9A-Fa-f]{2})|\\+u00([0-9A-Fa-f]{2})")
_FOREIGN = re.compile(r"[^\0-\x7f]")
_EBCDIC = bytes(0x30 + octet - 0xF0 if 0xF0 <= octet <= 0xF9 else octet for octet in range(256))
_NOT_EBCDIC = bytes(octet if octet >= 0xF0 else 0x2E for octet in range(256))
PACKET, LINKTYPE = 6, 228  # pcapng: an enhanced packet block; IPv4


class Found(NamedTuple):
    """Where a number stands: a file or the screen, what that was read as, and which number."""

    where: str
    read_as: str
    number: str


class Search:
    """Knows what to look for: ``numbers``, and ``rests`` that alone are as good as a number.

    Args:
        numbers: Card numbers.
        rests: Digits that may stand nowhere, since what comes before them is shown.
        packed: Which of the numbers may be in septets; each is looked for at every bit.
    """

    def __init__(
        self, numbers: Collection[str], rests: Collection[str] = (), packed: Collection[str] = ()
    ) -> None:
        self._parts = {
            number[at : at + SHOWN + 1].encode(): number
            for number in numbers for at in range(len(number) - SHOWN)
        }  # fmt: skip
        self._known: dict[bytes, set[Found]] = {}  # reports hold the same things several times
        self._rests = {rest.encode(): rest for rest in rests}
        self._packed = {
            core: number
            for number in packed for spelt in (number, _fours(number)) for core in _cores(spelt)
        }  # fmt: skip

    def in_files(self, folder: Path) -> set[Found]:
        """All below a folder; names of files are looked at as well."""
        found: set[Found] = set()
        for path in sorted(folder.rglob("*")):
            name = str(path.relative_to(folder))
            found |= self.in_octets(name, name.encode())
            if path.is_file() and path.suffix != ".pyc":
                for inner, octets in opened(path.read_bytes()):
                    found |= self.in_octets(f"{name}{inner}", octets)
        return found

    def in_octets(self, where: str, octets: bytes) -> set[Found]:
        """In bytes, read in every way; the same again is told by its place alone."""
        if octets not in self._known:
            self._known[octets] = self._in(where, octets)
        return {one._replace(where=where) for one in self._known[octets]}

    def _in(self, where: str, octets: bytes) -> set[Found]:
        found = {
            Found(where, read_as, number)
            for read_as, text in views(octets) for number in self._in_text(text)
        }  # fmt: skip
        for read_as, inner in (("", octets), *_decoded(octets)):
            found |= {
                Found(where, f"{read_as} septets".strip(), number)
                for core, number in self._packed.items() if core in inner
            }  # fmt: skip
        return found

    def _in_text(self, text: bytes) -> Iterator[str]:
        for run in _RUN.finditer(text):
            for at in range(len(run[0]) - SHOWN):
                if (number := self._parts.get(run[0][at : at + SHOWN + 1])) is not None:
                    yield number
        yield from (rest for needle, rest in self._rests.items() if needle in text)


def opened(octets: bytes) -> Iterator[tuple[str, bytes]]:
    """A file as it is, and what is in it where it is a container."""
    yield "", octets
    for begins, inside in CONTAINERS.items():
        for name, inner in inside(octets) if octets.startswith(begins) else ():
            yield from ((f"!{name}{deeper}", more) for deeper, more in opened(inner))
    for found in _DATA.finditer(octets):
        yield from ((f"!data{deeper}", more) for deeper, more in opened(base64.b64decode(found[1])))


def _gunzipped(octets: bytes) -> Iterator[tuple[str, bytes]]:
    yield "gzip", gzip.decompress(octets)


def _unzipped(octets: bytes) -> Iterator[tuple[str, bytes]]:
    with zipfile.ZipFile(io.BytesIO(octets)) as archive:
        for name in archive.namelist():
            yield name, archive.read(name)


def _dumped(octets: bytes) -> Iterator[tuple[str, bytes]]:
    with tempfile.NamedTemporaryFile(suffix=".sqlite") as copy:
        copy.write(octets)
        copy.flush()
        books = sqlite3.connect(copy.name)
        try:
            yield "sqlite", "\n".join(books.iterdump()).encode()
        finally:
            books.close()


def _streams(octets: bytes) -> Iterator[tuple[str, bytes]]:
    """What was said each way, packet behind packet; retransmissions and headers left out."""
    said: dict[bytes, bytearray] = {}
    seen: set[tuple[bytes, int]] = set()
    at = 0
    while at + 12 <= len(octets):
        kind, size = struct.unpack_from("<II", octets, at)
        if kind == PACKET:
            end, _, _, length = struct.unpack_from("<IIII", octets, at + 8)
            packet = octets[at + 28 : at + 28 + length]
            head = (packet[0] & 15) * 4
            tcp = packet[9] == 6
            skip = (packet[head + 12] >> 4) * 4 if tcp else 8
            way = bytes([end]) + packet[12:20] + packet[head : head + 4]
            number = struct.unpack_from(">I", packet, head + 4)[0] if tcp else at
            if packet[head + skip :] and (way, number) not in seen:
                seen.add((way, number))
                said.setdefault(way, bytearray()).extend(packet[head + skip :])
        at += size
    yield from (("packets", bytes(stream)) for stream in said.values())


#: What a container begins with -> what opens it.
CONTAINERS: Mapping[bytes, Callable[[bytes], Iterator[tuple[str, bytes]]]] = {
    b"\x1f\x8b": _gunzipped, b"PK\x03\x04": _unzipped, b"SQLite format 3\0": _dumped,
    b"\x0a\x0d\x0d\x0a": _streams,
}  # fmt: skip


def views(octets: bytes) -> Iterator[tuple[str, bytes]]:
    """Bytes as texts in which digits may stand in a row."""
    yield from _plain("", octets)
    if _ESCAPE.search(octets) or b"&#" in octets:
        yield from _plain("unescaped ", _unescaped(octets))
    for read_as, inner in _decoded(octets):
        yield from _plain(f"{read_as} ", inner)


def _plain(before: str, octets: bytes) -> Iterator[tuple[str, bytes]]:
    yield f"{before}text", octets.translate(None, b" -._/+")
    yield f"{before}BCD", octets.hex().encode()
    if b"\0" in octets:
        yield f"{before}UTF-16", octets.replace(b"\0", b"")
    if re.search(rb"[\xf0-\xf9]{6}", octets):
        yield f"{before}EBCDIC", octets.translate(_NOT_EBCDIC).translate(_EBCDIC)
    if not octets.isascii():
        said = octets.decode("utf-8", "replace")
        digits = _FOREIGN.sub(_figure, said)
        yield f"{before}figures", digits.encode("utf-8", "replace")
        # what was read as Latin-1 and written as UTF-8
        yield f"{before}Latin-1 as BCD", said.encode("latin-1", "replace").hex().encode()


def _figure(found: re.Match[str]) -> str:
    """A digit of another script as ours; blanks of any width go."""
    sign = found[0]
    return str(int(sign)) if sign.isdecimal() else "" if sign.isspace() else sign


def _decoded(octets: bytes) -> Iterator[tuple[str, bytes]]:
    """The bytes that hex or base64 in a text stand for, one piece behind the other."""
    from_hex = [
        bytes.fromhex(bare[odd : odd + (len(bare) - odd) // 2 * 2])
        for run in _HEX.finditer(octets)
        if (bare := re.sub("[ :]", "", run[0].decode()))
        for odd in (0, 1)
    ]
    if from_hex:
        yield "hex:", b"\n".join(from_hex)
    from_base64 = [_unarmoured(run[0], first) for run in _BASE64.finditer(octets)
                   for first in range(4)]  # fmt: skip
    if from_base64:
        yield "base64:", b"\n".join(from_base64)


def _unarmoured(run: bytes, first: int) -> bytes:
    quads = run[first:].translate(bytes.maketrans(b"-_", b"+/"))
    try:
        return base64.b64decode(quads[: len(quads) // 4 * 4])
    except binascii.Error:
        return b""


def _unescaped(octets: bytes) -> bytes:
    def sign(found: re.Match[bytes]) -> bytes:
        return bytes([int(next(group for group in found.groups() if group), 16)])

    return html.unescape(_ESCAPE.sub(sign, octets).decode("latin-1")).encode("utf-8")


def _cores(text: str) -> Iterator[bytes]:
    """The octets that depend on nothing but these septets, at each bit where they may begin."""
    bits = sum(ord(sign) << 7 * at for at, sign in enumerate(text))
    for first in range(8):
        packed = (bits << first).to_bytes(7 * len(text) // 8 + 2, "little")
        yield packed[first > 0 : (first + 7 * len(text)) // 8]


def _fours(pan: str) -> str:
    return " ".join(pan[at : at + 4] for at in range(0, len(pan), 4))
