"""The configurable frame codec: published frames, every shape, any cut, any garbage."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.model.words import WordError, fill
from harness.wire.frames import Broken, Check, Frame, Item, Length, Octets, Shape, Sign
from harness.wire.frames_decoder import Decoder

STX, ETX, DLE = Octets(b"\x02"), Octets(b"\x03"), Octets(b"\x10")
SIGNS = {0x05: "enq", 0x06: "ack", 0x15: "nak", 0x04: "eot"}
#: Every way of telling where a frame ends, and several checks.
SHAPES = {
    "concert": Shape(STX, end=ETX, check=Check("xor", ("body", "end"))),
    "bcd": Shape(STX, length=Length("bcd"), end=ETX, check=Check("xor", ("length", "body", "end"))),
    "binary": Shape(STX, length=Length("big"), end=ETX, check=Check("xor", ("length", "body"))),
    "little": Shape(
        STX, length=Length("little", 2, ("length", "body", "end")), end=ETX,
        check=Check("sum16", ("start", "length", "body", "end"), "little"),
    ),
    "digits": Shape(STX, head=2, length=Length("digits", 4), check=Check("crc16_modbus")),
    "codepay": Shape(
        Octets(b"\x55\xaa"), head=3, length=Length("big"), end=Octets(b"\xcc\x33"),
        check=Check("xor", ("head", "length", "body"), last=False),
    ),
    "zvt": Shape(
        Octets(b"\x10\x02"), end=Octets(b"\x10\x03"), double=DLE,
        check=Check("crc16_kermit", ("body", "etx"), "little"),
    ),
    "bare": Shape(STX, end=ETX),
}  # fmt: skip


def decode(shape: Shape, octets: bytes) -> list[Item]:
    """All in one piece."""
    return Decoder(shape, SIGNS).feed(octets)


def test_a_published_concert_frame_is_read_and_written() -> None:
    """The sale of 12.50 EUR that the public Telium client writes: 34 bytes, LRC over all to ETX."""
    body = b"010000125010" + b"0978" + b" " * 10 + b"A010B010"
    frame = SHAPES["concert"].encode(body)
    lrc = 0
    for octet in frame[1:-1]:
        lrc ^= octet

    assert (len(body), frame[0], frame[-2], frame[-1]) == (34, 0x02, 0x03, lrc)
    assert decode(SHAPES["concert"], frame) == [Frame(body)]


def test_a_published_zvt_frame_is_read_and_written() -> None:
    """PA00P016's own example: 80 00 00."""
    octets = bytes.fromhex("10 02 80 00 00 10 03 F5 1F")

    assert SHAPES["zvt"].encode(bytes.fromhex("80 00 00")) == octets
    assert decode(SHAPES["zvt"], octets) == [Frame(bytes.fromhex("80 00 00"))]


def test_an_empty_codepay_packet_is_read_and_written() -> None:
    """Its heartbeat: type, acknowledgement, number and length are 0, and so is the XOR."""
    octets = bytes.fromhex("55 AA 00 00 00 00 00 00 CC 33")

    assert SHAPES["codepay"].encode(b"", bytes(3)) == octets
    assert decode(SHAPES["codepay"], octets) == [Frame(b"", bytes(3))]


def body_for(shape: Shape) -> st.SearchStrategy[bytes]:
    """Any body that the shape can carry."""
    free = shape.length.octets or shape.double
    return st.binary(max_size=60) if free else st.text("0123456789 AZ", max_size=60).map(str.encode)


@pytest.mark.parametrize("word", list(SHAPES))
@settings(max_examples=20)
@given(data=st.data())
def test_what_is_written_is_read_however_it_is_cut(word: str, data: st.DataObject) -> None:
    """Several frames and signs, in pieces of any size."""
    shape = SHAPES[word]
    rows = data.draw(st.lists(body_for(shape) | st.just(None), min_size=1, max_size=4))
    heads = [bytes([5, 6, 7][: shape.head]).ljust(shape.head, b"\x01") for _ in rows]
    octets, wanted = b"", []
    for body, head in zip(rows, heads, strict=True):
        octets += b"\x06" if body is None else shape.encode(body, head)
        wanted.append(Sign("ack") if body is None else Frame(body, head))
    decoder, found = Decoder(shape, SIGNS), []
    while octets:
        size = data.draw(st.integers(1, 8))
        found += decoder.feed(octets[:size])
        octets = octets[size:]

    assert found == wanted
    assert not decoder.waiting


@pytest.mark.parametrize("word", list(SHAPES))
@settings(max_examples=20)
@given(garbage=st.binary(max_size=80), cut=st.integers(1, 20))
def test_after_any_garbage_the_next_frame_is_read(word: str, garbage: bytes, cut: int) -> None:
    """Once the gap is over, a good frame is a good frame, and nothing but items ever comes out."""
    shape = SHAPES[word]
    decoder = Decoder(shape, SIGNS)
    for at in range(0, len(garbage), cut):
        decoder.feed(garbage[at : at + cut])
    decoder.give_up()

    assert not decoder.waiting
    assert decoder.feed(shape.encode(b"GOOD", bytes(shape.head))) == [
        Frame(b"GOOD", bytes(shape.head))
    ]


@pytest.mark.parametrize("word", [word for word in SHAPES if SHAPES[word].check.size])
def test_a_flipped_bit_is_never_a_good_frame(word: str) -> None:
    """Wherever it is; and the frame behind it is read, at the latest after the gap."""
    shape = SHAPES[word]
    head = bytes(shape.head)
    good, behind = shape.encode(b"AMOUNT 1000", head), shape.encode(b"NEXT", head)
    for place in range(len(good)):
        for bit in range(8):
            spoilt = bytearray(good)
            spoilt[place] ^= 1 << bit
            decoder = Decoder(shape, SIGNS)
            found = decoder.feed(bytes(spoilt) + behind) + decoder.give_up()
            frames = [item for item in found if isinstance(item, Frame)]
            covered = {"binary": {len(good) - 2}, "digits": {1, 2}}.get(word, set())
            assert place in covered or Frame(b"AMOUNT 1000", head) not in frames
            assert Frame(b"NEXT", head) in frames, (word, place, bit)


def test_a_wrong_check_is_told_and_no_byte_of_the_frame_is_a_sign() -> None:
    """A length of 06 or an LRC of 15 in a broken frame acknowledges nothing."""
    shape = SHAPES["bcd"]
    octets = bytearray(shape.encode(b"SIXSIX"))
    octets[-1] ^= 0xFF
    found = decode(shape, bytes(octets) + b"\x06")

    assert [type(item) for item in found] == [Broken, Sign]
    assert "xor" in str(found[0])


def test_a_frame_begun_anew_is_told_and_then_read() -> None:
    """A sender that was cut off and starts again."""
    shape = SHAPES["concert"]
    found = decode(shape, shape.encode(b"FIRST")[:4] + shape.encode(b"AGAIN"))

    assert found == [Broken("frames: begun anew"), Frame(b"AGAIN")]


def test_a_length_that_promises_too_much_ends_with_the_gap() -> None:
    """What is behind it is found all the same."""
    shape = SHAPES["binary"]
    decoder = Decoder(shape, SIGNS)

    assert decoder.feed(b"\x02\x01\x00" + shape.encode(b"GOOD")) == []
    assert decoder.give_up() == [Broken("frames: broken off"), Frame(b"GOOD")]


def test_a_body_that_a_shape_cannot_carry_is_refused() -> None:
    """Too long, or with the frame's own end in it."""
    with pytest.raises(ValueError, match="no frame for 1025"):
        SHAPES["bcd"].encode(bytes(1025))
    with pytest.raises(ValueError, match="end or restart"):
        SHAPES["concert"].encode(b"A\x03B")
    with pytest.raises(ValueError, match="does not fit"):
        Shape(STX, length=Length("bcd", 1)).encode(bytes(100))


@pytest.mark.parametrize(
    ("plain", "said"),
    [
        ({"end": "03"}, "start"),
        ({"start": "02"}, "a length or end bytes"),
        ({"start": "0", "end": "03"}, "bytes in hex"),
        ({"start": "02", "end": "03", "tail": "1"}, "unknown key 'tail'"),
        ({"start": "02", "end": "03", "check": {"kind": "lrc"}}, "wanted one of: none, xor"),
        ({"start": "02", "end": "03", "check": {"kind": "xor", "last": False}}, "needs a length"),
        ({"start": "02", "length": {"coding": "bcd", "counts": ["end"]}}, "counts the body"),
        ({"start": "02", "end": "03", "double": "10"}, "that byte and another"),
        ({"start": "02", "length": {"coding": "bcd", "size": 9}}, "1 to 8"),
    ],
)
def test_a_wrong_description_is_refused_by_its_key(plain: object, said: str) -> None:
    """With what was wanted."""
    with pytest.raises(WordError, match=said):
        fill(Shape, plain)
