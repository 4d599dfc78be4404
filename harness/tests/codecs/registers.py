"""Round trips of what registers say and hear: ZVT, nexo, frames, XMODEM."""

from typing import Any

from hypothesis import strategies as st

from harness.errors import Garbled
from harness.tests.codecs.trip import Elsewhere, Row, Table, Trip, octets
from harness.tests.fuzz_registers import profile, read_packet, write_packet
from harness.wire import nexo, tlv, xmodem, zvt, zvt_messages, zvt_serial
from harness.wire.frames_body import Field, Layout

# --- ZVT ------------------------------------------------------------------------------------

_APDUS = st.builds(zvt.Apdu, st.integers(0, 0xFFFF), octets(0, 1, 254, 255, 256, 65535))


def _bmp(tag: int) -> st.SearchStrategy[bytes]:
    shape = zvt.BMPS[tag]
    if isinstance(shape, int):
        return st.binary(min_size=shape, max_size=shape)
    edges = {
        zvt.Shape.LL: (0, 9, 10, 99), zvt.Shape.LLL: (0, 9, 99, 100, 999),
        zvt.Shape.TLV: (0, 127, 128, 255, 256, 65535),
    }  # fmt: skip
    return octets(*edges[shape])


@st.composite
def _fields(draw: st.DrawFn) -> dict[int, bytes]:
    tags = draw(st.lists(st.sampled_from(sorted(zvt.BMPS)), unique=True, max_size=8))
    return {tag: draw(_bmp(tag)) for tag in tags}


def _read_fields(payload: bytes) -> dict[int, bytes]:
    found = zvt.read_fields(payload)
    if found.rest:
        raise Garbled("a tail")
    return dict(found.values)


def _read_apdus(stream: bytes) -> list[zvt.Apdu]:
    deframer, half = zvt.Deframer(), len(stream) // 2
    found = [*deframer.feed(stream[:half]), *deframer.feed(stream[half:])]
    if zvt.Deframer().feed(b"".join(one.to_bytes() for one in found)) != found:
        raise Garbled("not written again")
    return found


def _tag(octets: list[int]) -> int:
    """A tag's number: of one byte, or 1F..FF, bytes with bit 8, a last one without."""
    first, *more = octets
    if first & 0x1F != 0x1F:
        return first
    tail = [one | 0x80 for one in more[:-1]] + [more[-1] & 0x7F]
    return int.from_bytes(bytes([first, *tail]), "big")


_TAGS = st.lists(st.integers(1, 255), min_size=2, max_size=4).map(_tag)
_OBJECTS = st.lists(st.tuples(_TAGS, octets(0, 127, 128, 255, 256, 65535, 65536)), max_size=5)
_CP437 = st.text(st.characters(codec="cp437", min_codepoint=32), max_size=24).map(
    lambda text: text.rstrip()
)
_STATUS = st.tuples(st.integers(0, 255), _CP437)


def _write_status(row: tuple[int, str]) -> bytes:
    return zvt_messages.write_status_answer(*row).payload


def _read_status(payload: bytes) -> tuple[int, str]:
    version, status, fields = zvt_messages.read_status_answer(payload)
    if fields.values or fields.rest:
        raise Garbled("a tail")
    return status, version


def _print_line(line: zvt_messages.Line) -> bytes:
    return zvt_messages.write_print_line(line.text, last=line.last).payload


def _read_line(payload: bytes) -> zvt_messages.Line:
    (line,) = zvt_messages.read_print_line(payload)
    return line


def _number_trip(size: int) -> Trip:
    numbers = st.integers(0, 100**size - 1) | st.sampled_from([0, 100**size - 1])
    return Trip(numbers, lambda one: zvt.bcd(one, size), zvt.from_bcd, "")


def _pan(octets: bytes) -> str:
    return zvt.Fields({zvt.PAN: octets}).pan()


_FILLERS = st.text("0123456789*", max_size=19)  # masked nibbles are E; odd ones end with F


def _serial(stream: bytes) -> list[zvt.Apdu]:
    found = zvt_serial.SerialDeframer().feed(stream)
    whole = [one for one in found if isinstance(one, zvt.Apdu)]
    if len(whole) != len(found):
        raise Garbled("a bad block")
    return whole


_DLES = st.lists(st.sampled_from([0x10, 0x02, 0x03, 0x06, 0x15, 0x41]), max_size=30).map(bytes)
_BLOCKS = _APDUS | st.builds(zvt.Apdu, st.sampled_from([0x1010, 0x0610, 0x1003]), _DLES)

# --- nexo -----------------------------------------------------------------------------------

_NUMBERS = st.integers(-(10**17), 10**17) | st.builds(
    nexo.amount, st.integers(0, 10**15 - 1), st.integers(1, 3)
)
_PLAIN: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | _NUMBERS | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=8,
)
_HEADERS = st.builds(
    nexo.Header, st.text(min_size=1, max_size=12),
    st.sampled_from(["Request", "Response", "Notification"]), st.text(max_size=10),
    st.text(max_size=9), st.text(max_size=9), st.sampled_from(["Service", "Device", "Event"]),
    st.text(max_size=9),
)  # fmt: skip
_NEXO = st.builds(nexo.Message, _HEADERS, st.dictionaries(st.text(max_size=9), _PLAIN, max_size=4))


def _to_json(message: nexo.Message) -> bytes:
    return nexo.to_json(message.plain())


def _from_json(octets: bytes) -> nexo.Message:
    return nexo.read_message(nexo.from_json(octets))


def _prefixed(stream: bytes) -> list[bytes]:
    deframer = nexo.Deframer()
    return [one for at in range(0, len(stream), 7) for one in deframer.feed(stream[at : at + 7])]


def _minor_trip(places: int) -> Trip:
    """Amounts in minor units, over the text that JSON has of them."""
    return Trip(
        st.integers(0, 10**15 - 1) | st.sampled_from([0, 1, 10**15 - 1]),
        lambda minor: nexo.to_json({"a": nexo.amount(minor, places)}),
        lambda octets: nexo.minor(nexo.from_json(octets)["a"], places),
        "",
    )


# --- frames ---------------------------------------------------------------------------------


def _value(field: Field) -> st.SearchStrategy[str]:
    """All that stands in a field; an amount of JSON in minor units, at most 15 figures."""
    if field.kind == "flag":
        return st.sampled_from(["True", "False"])
    if field.kind == "decimal":
        return st.integers(0, 10**15 - 1).map(str)
    if field.kind == "text":
        return st.text(max_size=30).map(lambda text: _fitting(text, field.size))
    bases = {"bcd": 100, "binary": 256, "digits": 10}
    return st.integers(0, bases[field.kind] ** (field.size or 9) - 1).map(str)


def _fitting(text: str, size: int) -> str:
    """So much of a text as fits, without the blanks that fill a field up."""
    octets = text.strip("\0 ").encode()[: size or None]
    return octets.decode("utf-8", "ignore").strip("\0 ") or "x"


def _layout(layout: Layout) -> Trip:
    rows = {field.name: _value(field) for field in layout.fields if field.name}
    flags = {field.name for field in layout.fields if field.kind == "flag"}
    return Trip(
        st.fixed_dictionaries(rows),
        lambda values: layout.encode({
            key: one.lower() if key in flags else one for key, one in values.items()
        }),
        layout.decode,
        "",
    )  # fmt: skip


def _frames(word: str) -> tuple[Row, ...]:
    own = profile(word)
    there_and_back = "test_what_is_written_is_read_however_it_is_cut"
    return (
        Elsewhere(f"wire/test_frames.py::{there_and_back}"),
        *(_layout(layout) for layout in (own.ask, *own.answers)),
    )


def _xmodem(*, crc: bool) -> Trip:
    contents = st.sampled_from(sorted(xmodem.SIZES.values())).flatmap(
        lambda size: st.binary(min_size=size, max_size=size)
    )
    return Trip(
        st.builds(xmodem.Packet, st.integers(0, 255), contents),
        lambda packet: write_packet(packet, crc=crc),
        lambda octets: read_packet(octets, crc=crc),
        "bytes",
    )


_LINES = st.builds(zvt_messages.Line, _CP437, st.booleans())
#: Name of a codec -> its round trips.
REGISTERS: Table = {
    "zvt fields": (
        Trip(_fields(), zvt.write_fields, _read_fields),
        Trip(_OBJECTS, tlv.build, lambda one: [(row.tag, row.value) for row in tlv.parse(one)]),
        Trip(_STATUS, _write_status, _read_status, ""),
        Trip(_LINES, _print_line, _read_line, ""),
        Trip(_FILLERS, zvt.masked_pan, _pan, ""),
        *map(_number_trip, (2, 3, 4, 6)),
        Elsewhere("wire/test_zvt_messages.py::test_totals_make_the_round_trip"),
        Elsewhere("wire/test_zvt_messages.py::test_a_written_receipt_is_read_again"),
    ),
    "zvt files": (Elsewhere("wire/test_zvt_files.py::test_what_is_written_is_read"),),
    "zvt stream": (
        Trip(
            st.lists(_APDUS, max_size=4),
            lambda rows: b"".join(one.to_bytes() for one in rows),
            _read_apdus,
        ),
    ),
    "zvt serial": (
        Trip(
            st.lists(_BLOCKS, max_size=3),
            lambda rows: b"".join(map(zvt_serial.to_serial, rows)),
            _serial,
        ),
        Elsewhere("wire/test_zvt_serial.py::test_serial_frames_make_the_round_trip"),
    ),
    "nexo": (Trip(_NEXO, _to_json, _from_json, ""), *map(_minor_trip, (0, 2, 3))),
    "nexo stream": (
        Trip(
            st.lists(octets(1, 255, 256, 65536, most=20).filter(bool), max_size=4),
            lambda rows: b"".join(map(nexo.prefixed, rows)),
            _prefixed,
        ),
    ),
    "nexo envelope": (Elsewhere("wire/test_nexo.py::test_what_was_sealed_is_unsealed"),),
    "xmodem": (_xmodem(crc=True), _xmodem(crc=False)),
    **{f"frames {word}": _frames(word) for word in ("concert", "mispos_bcd", "codepay")},
}  # fmt: skip
