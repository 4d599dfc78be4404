"""Round trips of what hosts are told: ISO 8583 and its private fields."""

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from harness.errors import Garbled
from harness.tests.codecs.trip import Table, Trip, digits
from harness.wire import iso8583, iso8583_fields, subfields


def _field(number: int) -> st.SearchStrategy[str]:
    """All that a field can carry, up to its last character."""
    spec = iso8583_fields.SPEC[str(number)]
    packed = spec["data_enc"] == "b"
    in_digits = not packed or spec.get("len_count") == "nibbles"
    most = int(spec["max_len"]) * (1 if in_digits else 2)
    step = 1 if in_digits else 2
    alphabet: Any = st.characters(codec=spec["data_enc"] if not packed else "ascii")
    if packed:
        alphabet = "0123456789" if number in iso8583_fields.DECIMAL else "0123456789ABCDEF"
    sizes = st.just(most) | st.integers(0, most // step).map(lambda n: n * step)
    if not spec["len_type"]:
        sizes = st.just(most)
    return sizes.flatmap(lambda size: st.text(alphabet, min_size=size, max_size=size))


@st.composite
def _messages(draw: st.DrawFn) -> iso8583.Message:
    known = sorted(
        int(number) for number in iso8583_fields.SPEC if number.isdigit() and number != "1"
    )
    numbers = draw(st.sets(st.sampled_from(known), max_size=9))
    mti = draw(digits(4, 4))
    return iso8583.Message(mti, {number: draw(_field(number)) for number in sorted(numbers)})


@st.composite
def _enveloped(draw: st.DrawFn) -> iso8583.Message:
    inner = draw(_messages())
    tpdu, header = draw(st.binary(min_size=5, max_size=5)), draw(st.binary(min_size=6, max_size=6))
    return iso8583.Message(inner.mti, inner.fields, tpdu, header)


def _read_frames(stream: bytes) -> list[iso8583.Message]:
    deframer, half = iso8583.Deframer(), len(stream) // 2
    found = [iso8583.unframe(one) for part in (stream[:half], stream[half:]) for one in
             deframer.feed(part)]  # fmt: skip
    if deframer.held:
        raise Garbled("a tail")
    return found


_KINDS = st.builds(subfields.Kind, digits(2, 2), st.integers(0, 999999), digits(3, 3), digits(0, 8))
_ORIGINALS = st.builds(
    subfields.Original, st.integers(0, 999999), st.integers(0, 999999), digits(0, 4)
)
_COUNTS, _SUMS = st.integers(0, 999), st.integers(0, 10**12 - 1)
_TOTALS = st.builds(subfields.Totals, _SUMS, _COUNTS, _SUMS, _COUNTS)
_MASTER = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")
#: Of 60.3: a PIN key, a MAC key and a track key; the MAC key may be a single one in a wide place.
_KEYS = {
    "001": (8, 8, 0), "003": (16, 16, 0), "004": (16, 16, 16), "005": (16, 16, 0),
}  # fmt: skip


def _work_keys(form: str) -> st.SearchStrategy[subfields.WorkKeys]:
    """Keys; each of 16 bytes has a second half that is not enciphered to nothing but zeros."""
    parts = [st.binary(min_size=size, max_size=size) for size in _KEYS[form]]
    return st.builds(subfields.WorkKeys, *parts, st.just("sm4" if form == "005" else "des"))


def _wrapped(form: str) -> Trip:
    return Trip(
        _work_keys(form),
        lambda keys: keys.wrapped(_MASTER, form).encode("latin-1"),
        lambda text: subfields.WorkKeys.unwrap(text.decode("latin-1"), _MASTER, form),
        "bytes",
    )


def _text_trip(values: st.SearchStrategy[Any], parse: Callable[[str], Any], again: Any) -> Trip:
    return Trip(values, lambda one: one.text.encode(), lambda text: parse(text.decode("latin-1")),
                again)  # fmt: skip


HOSTS: Table = {
    "iso8583": (Trip(_messages(), iso8583.pack, iso8583.unpack),),
    "iso8583 frame": (
        Trip(_enveloped(), lambda one: iso8583.frame(one)[2:], iso8583.unframe),
    ),
    "iso8583 stream": (
        Trip(
            st.lists(_enveloped(), max_size=3),
            lambda rows: b"\0\0".join(map(iso8583.frame, rows)),
            _read_frames,
        ),
    ),
    "iso8583 subfields": (
        _text_trip(_KINDS, subfields.Kind.parse, "value"),
        _text_trip(_ORIGINALS, subfields.Original.parse, "value"),
        Trip(
            st.tuples(_TOTALS, st.sampled_from("012")),
            lambda row: row[0].text(row[1]).encode(),
            lambda text: subfields.Totals.parse(text.decode("latin-1")),
        ),
        *map(_wrapped, _KEYS),
    ),
}  # fmt: skip
