"""Codecs under noise: a million spoilt messages, and nothing but the codec's own error.

``python harness/tests/fuzz.py [COUNT] [SEED]`` feeds COUNT spoilt messages to each codec of
``CODECS`` and prints how long each took. Every codec is a row: what makes a good message, and what
reads anything. A message is spoilt by flipped, lost, doubled and foreign bytes, and by being cut
and joined to another. ``harness/tests/test_fuzz.py`` does the same with small numbers.
"""

import random
import sys
import time
from collections.abc import Callable
from typing import NamedTuple

from harness.errors import Garbled
from harness.tests.fuzz_registers import REGISTERS
from harness.tests.fuzz_zvt import ZVT
from harness.wire import mac
from harness.wire.iso8583 import Deframer, Message, answer, frame, unframe, unpack
from harness.wire.subfields import Kind, Original, Totals, WorkKeys

CARD = "6212345678901265"
MASTER = bytes.fromhex("11" * 16)


class Codec(NamedTuple):
    """A codec: good messages of it, and its reader, which may raise Garbled and nothing else."""

    valid: Callable[[random.Random], bytes]
    feed: Callable[[bytes], object]


# --- ISO 8583 -------------------------------------------------------------------------------


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
    keys = WorkKeys(rng.randbytes(16), rng.randbytes(8)).wrapped(MASTER)
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
        Kind.parse, Original.parse, Totals.parse, lambda keys: WorkKeys.unwrap(keys, MASTER),
    )  # fmt: skip
    for read in readers:
        try:
            read(text)
        except Garbled:
            continue


#: Name -> codec. One more codec is one more row.
CODECS: dict[str, Codec] = {
    "iso8583": Codec(_body, unpack),
    "iso8583 frame": Codec(_inside, unframe),
    "iso8583 stream": Codec(_stream, _read_stream),
    "iso8583 subfields": Codec(_subfields, _read_subfields),
    **{name: Codec(*row) for name, row in (REGISTERS | ZVT).items()},
}


# --- spoiling -------------------------------------------------------------------------------


def spoilt(good: bytes, other: bytes, rng: random.Random) -> bytes:
    """A good message after one to four mishaps; ``other`` is another one."""
    octets = bytearray(good)
    for _ in range(rng.randrange(1, 5)):
        at, mishap = rng.randrange(len(octets) + 1), rng.randrange(6)
        if mishap == 0 and at < len(octets):
            octets[at] ^= 1 << rng.randrange(8)
        elif mishap == 1 and at < len(octets):
            octets[at] = rng.randrange(256)
        elif mishap == 2:
            del octets[at : at + rng.randrange(1, 9)]
        elif mishap == 3:
            octets[at:at] = octets[at : at + rng.randrange(1, 9)]
        elif mishap == 4:
            octets[at:at] = rng.randbytes(rng.randrange(1, 9))
        else:
            octets[at:] = other[rng.randrange(len(other) + 1) :]
    return bytes(octets)


def fuzz(name: str, count: int, seed: int) -> int:
    """Feed so many spoilt messages to a codec; returns how many it read all the same.

    Raises:
        AssertionError: It raised something else than its own error; the text has the message.
    """
    rng = random.Random(f"{seed}/{name}")
    valid, feed = CODECS[name]
    pool = [valid(rng) for _ in range(200)]
    read = 0
    for number in range(count):
        octets = spoilt(rng.choice(pool), rng.choice(pool), rng)
        try:
            feed(octets)
            read += 1
        except Garbled:
            continue
        except Exception as error:
            told = f"{name}, seed {seed}, message {number}: {octets.hex()}"
            raise AssertionError(f"{told}: {type(error).__name__}") from error
    return read


def main(count: int = 1_000_000, seed: int = 1) -> None:
    """All codecs, one after the other."""
    for name in CODECS:
        began = time.perf_counter()
        read = fuzz(name, count, seed)
        took = time.perf_counter() - began
        sys.stdout.write(f"{name:<24} {count} spoilt, {read} read, {took:.0f} s\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
