"""ZVT's transfer of files to a terminal: what is offered, what it asks for, what it is given.

``08 14`` lists files with their sizes; the terminal then asks for blocks by file and position
(``04 0C``), each answered by an ``80 00`` with data, until it ends the dialogue (06 0F or 06 1E).

Source: ZVT PA00P015, 2.37 and 9 (TLV 1C, 1D, 1E, 1F00, 2D); Feig cVEND manual, 6.13, and recordings
of such a terminal in the tests of EVerest's zvt.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from harness.errors import Garbled
from harness.wire import tlv, zvt

#: TLV: a file, its number, a position in it, its size, what is there.
FILE, NUMBER, POSITION, SIZE, CONTENT = 0x2D, 0x1D, 0x1E, 0x1F00, 0x1C
PASSWORD = 3  # bytes before the fields of 08 14


@dataclass(frozen=True, slots=True)
class Block:
    """A place in a file, and what is there.

    Attributes:
        number: The file's, 0 to 255.
        position: Bytes before it.
        content: What is there; empty where it is asked for.
    """

    number: int
    position: int
    content: bytes = field(default=b"", repr=False)


def write_list(password: bytes, files: Mapping[int, int]) -> zvt.Apdu:
    """08 14: files by number, with their bytes."""
    rows = [
        (FILE, tlv.build([(NUMBER, bytes([number])), (SIZE, size.to_bytes(4, "big"))]))
        for number, size in files.items()
    ]
    return zvt.Apdu(zvt.WRITE_FILE, password + _container(tlv.build(rows)))


def read_list(fields: zvt.Fields) -> dict[int, int]:
    """Number -> bytes, out of 08 14's fields; raises Garbled."""
    files: dict[int, int] = {}
    for row in tlv.parse(fields.values.get(zvt.TLV_CONTAINER, b"")):
        if row.tag == FILE:
            inner = {one.tag: one.value for one in tlv.parse(row.value)}
            files[_number(inner)] = _whole(inner, SIZE, "size")
    if not files:
        raise Garbled("ZVT: no file in the list")
    return files


def write_request(wanted: Block) -> zvt.Apdu:
    """04 0C: what is at a place in a file?"""
    return zvt.Apdu(zvt.FILE_REQUEST, _container(_file(wanted)))


def read_request(payload: bytes) -> Block:
    """Which place 04 0C asks for; raises Garbled."""
    return _read(payload)


def write_block(block: Block) -> zvt.Apdu:
    """80 00 with what is at a place."""
    return zvt.Apdu(zvt.ACKNOWLEDGED, _container(_file(block)))


def read_block(payload: bytes) -> Block:
    """What 80 00 brings; raises Garbled."""
    return _read(payload)


def _file(block: Block) -> bytes:
    rows = [(NUMBER, bytes([block.number])), (POSITION, block.position.to_bytes(4, "big"))]
    rows += [(CONTENT, block.content)] if block.content else []
    return tlv.encode(FILE, tlv.build(rows))


def _container(value: bytes) -> bytes:
    return zvt.write_fields({zvt.TLV_CONTAINER: value})


def _read(payload: bytes) -> Block:
    container = zvt.read_fields(payload).values.get(zvt.TLV_CONTAINER, b"")
    file = next((row.value for row in tlv.parse(container) if row.tag == FILE), b"")
    inner = {one.tag: one.value for one in tlv.parse(file)}
    return Block(_number(inner), _whole(inner, POSITION, "position"), inner.get(CONTENT, b""))


def _number(inner: Mapping[int, bytes]) -> int:
    number = inner.get(NUMBER, b"")
    if len(number) != 1:
        raise Garbled("ZVT: a file without a number of one byte")
    return number[0]


def _whole(inner: Mapping[int, bytes], tag: int, what: str) -> int:
    octets = inner.get(tag, b"")
    if not 1 <= len(octets) <= 4:
        raise Garbled(f"ZVT: a file's {what} has {len(octets)} bytes; wanted 1 to 4")
    return int.from_bytes(octets, "big")
