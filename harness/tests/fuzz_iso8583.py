"""ISO 8583's codecs for ``fuzz.py``: bodies, frames, a stream in pieces, subfields."""

import random
from collections.abc import Callable
from functools import partial

from harness.errors import Garbled
from harness.tests.fuzz_codec import Codec
from harness.wire import mac
from harness.wire.iso8583 import Deframer, Message, answer, frame, unframe, unpack
from harness.wire.subfields import KEY_FORMS, Kind, Original, Totals, WorkKeys

CARD = "6212345678901265"
MASTER = bytes.fromhex("11" * 16)


def _message(rng: random.Random) -> Message:
    fields = {
        2: CARD, 3: "000000", 4: f"{rng.randrange(10**12):012d}", 11: f"{rng.randrange(10**6):06d}",
        14: "4912", 22: "051", 23: "001", 25: "00", 35: f"{CARD}D49122010000", 37: "030200000001",
        38: "123456", 39: "00", 41: "HIL00001", 42: "9" * 15, 44: "text", 48: Totals(1, 1).text(),
        49: "156", 54: "1002156C000000123456", 55: "9F2608" + rng.randbytes(8).hex().upper(),
        60: Kind("22", 1).text, 61: Original(1, 2).text, 63: "01 ",
        64: rng.randbytes(8).hex().upper(),
    }  # fmt: skip
    chosen = rng.sample(sorted(fields), rng.randrange(1, len(fields)))
    mti = rng.choice(("0100", "0200", "0220", "0320", "0400", "0500", "0800", "0820"))
    return Message(mti, {number: fields[number] for number in chosen})


def _body(rng: random.Random) -> bytes:
    return frame(_message(rng))[2 + 11 :]


def _inside(rng: random.Random) -> bytes:
    return frame(_message(rng))[2:]


def _stream(rng: random.Random) -> bytes:
    return b"".join(frame(_message(rng)) for _ in range(rng.randrange(1, 3)))


def _read_stream(octets: bytes) -> None:
    """In pieces; what it yields is read, shown and answered."""
    deframer = Deframer()
    half = len(octets) // 2
    for piece in (octets[:half], octets[half:]):
        for inside in deframer.feed(piece):
            read = unframe(inside)
            assert CARD not in repr(read)
            _ = (read.stan, read.amount, read.pan, read.demand, mac.mac_ok(read, bytes(8)))
            answer(read, {39: "00"})


def _subfields(rng: random.Random) -> bytes:
    form = rng.choice(tuple(KEY_FORMS))
    size = KEY_FORMS[form][0]
    track = rng.randbytes(16) if KEY_FORMS[form][2] else b""
    keys = WorkKeys(rng.randbytes(size), rng.randbytes(size), track).wrapped(MASTER, form)
    texts = (
        Kind("00", 1, "003").text,
        Original(1, 2, "0302").text,
        Totals(1, 2, 3, 4).text(),
        keys,
    )
    return rng.choice(texts).encode("latin-1")


def _read_subfields(octets: bytes) -> None:
    text = octets.decode("latin-1")
    readers: tuple[Callable[[str], object], ...] = (
        Kind.parse, Original.parse, Totals.parse,
        *(partial(WorkKeys.unwrap, master=MASTER, form=form) for form in KEY_FORMS),
    )  # fmt: skip
    for read in readers:
        try:
            read(text)
        except Garbled:
            continue


#: Name -> codec.
ISO8583: dict[str, Codec] = {
    "iso8583": Codec(_body, unpack),
    "iso8583 frame": Codec(_inside, unframe),
    "iso8583 stream": Codec(_stream, _read_stream),
    "iso8583 subfields": Codec(_subfields, _read_subfields),
}
