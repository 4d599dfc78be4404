"""Codecs under noise: a million spoilt messages, and nothing but the codec's own error.

``python harness/tests/fuzz.py [COUNT] [SEED] [NAME ...]`` (``tox -e fuzz``) feeds COUNT spoilt
messages to each codec of ``CODECS`` whose name begins with a NAME, or as many as fit in three
minutes of CPU. It prints how many, what they cost, what the dearest one cost, and how the cost of a
long input grows when it gets eight times as long: 8 is linear, 64 is a blow-up. Every codec is a
row: what makes a good message, and what reads anything. A message is spoilt by flipped, lost,
doubled and foreign bytes, and by being cut and joined to another.
``harness/tests/test_fuzz.py`` does the same with small numbers.
"""

import random
import sys
import time
from collections.abc import Callable, Iterator
from typing import NamedTuple

from harness.tests.fuzz_adb import ADB
from harness.tests.fuzz_at import AT
from harness.tests.fuzz_cards import CARDS
from harness.tests.fuzz_codec import Codec
from harness.tests.fuzz_instruments import INSTRUMENTS
from harness.tests.fuzz_iso8583 import ISO8583
from harness.tests.fuzz_registers import REGISTERS
from harness.tests.fuzz_texts import TEXTS
from harness.tests.fuzz_zvt import ZVT

#: Name -> codec. One more codec is one more row.
CODECS: dict[str, Codec] = {
    **ISO8583, **REGISTERS, **ZVT, **ADB, **AT, **INSTRUMENTS, **CARDS, **TEXTS,
}  # fmt: skip

POOL = 200  # good messages to be spoilt, at most
CPU = 180.0  # s for one codec: who costs more than 180 us an input gets fewer than a million
LONG = 1 << 11  # bytes of the shorter one of two long inputs
GROWS = 8  # by so much the other one is longer
BLOW_UP = 3 * GROWS  # times the cost: not linear, whatever the machine does meanwhile
COUNTS = 0.05  # s: below that a long input costs too little to be measured


class Told(NamedTuple):
    """What came of a codec's noise.

    Attributes:
        fed: Inputs fed.
        read: How many of them it read all the same.
        cpu: What they cost, s of CPU.
        worst: What the dearest one cost, s of CPU.
        dearest: That one.
    """

    fed: int
    read: int
    cpu: float
    worst: float
    dearest: bytes


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


def fuzz(name: str, count: int, seed: int, cpu: float = CPU) -> Told:
    """Feed so many spoilt messages to a codec, or as many as fit in so much CPU.

    Raises:
        AssertionError: It raised something else than its own error; the text has the message.
    """
    rng = random.Random(f"{seed}/{name}")
    codec = CODECS[name]
    pool = [codec.valid(rng) for _ in range(min(POOL, count))]
    began = time.thread_time()
    number = read = 0
    worst, dearest = 0.0, b""
    while number < count and time.thread_time() - began < cpu:
        octets = spoilt(rng.choice(pool), rng.choice(pool), rng)
        good, cost = _fed(codec, octets, f"{name}, seed {seed}, message {number}")
        number, read = number + 1, read + good
        if cost > worst:  # once more: the first time it may have paid for a collection of garbage
            cost = min(cost, _fed(codec, octets, name)[1])
            worst, dearest = (cost, octets) if cost > worst else (worst, dearest)
    return Told(number, read, time.thread_time() - began, worst, dearest)


def _fed(codec: Codec, octets: bytes, told: str) -> tuple[bool, float]:
    """Whether it was read, and what that cost."""
    began, good = time.thread_time(), True
    try:
        codec.feed(octets)
    except codec.own:
        good = False
    except Exception as error:
        raise AssertionError(f"{told}: {octets.hex()}: {type(error).__name__}") from error
    return good, time.thread_time() - began


# --- long inputs ----------------------------------------------------------------------------

_MONOTONOUS = (
    *(bytes([one]) for one in b"\0 \x10\x1b0159AFf%&+,-.:;<=[{(\"'\\/\x80\x99\xf0\xff"),
    b"1 ", b"4 1 1 1 ", b"4111 ", b"\r\n", b"a\n", b"1\n", b"+C:", b"%34", b"\\u0034", b"&#52;",
    b"TUlN", b"1.", b"9F", b"{\"a\":", b"[1,", b"<a>", b"a=", b"a=1;", b"\x02\x03", b"\x10\x02",
    b"4\0", b"\x5a\x08", b"1\t", b"0x", b'"', b'\\"', b"62123456789012650000",
)  # fmt: skip


def long_inputs(name: str, size: int, seed: int) -> Iterator[bytes]:
    """Good messages one after the other, such spoilt, and the same few signs over and over.

    What a codec begins with stands before half of them: there is no searching for it.
    """
    rng = random.Random(f"{seed}/{name}/long")
    valid = CODECS[name].valid
    joined = b"".join(valid(rng) for _ in range(20))
    yield (joined * (size // len(joined) + 1))[:size]
    for piece in _MONOTONOUS:
        row = piece * (size // len(piece))
        yield row
        yield valid(rng)[: rng.randrange(1, 40)] + row


def growth(name: str, seed: int) -> tuple[float, float, bytes]:
    """What the dearest long input costs, by how much that grows with it, how it begins.

    Raises:
        AssertionError: It raised something else than its own error.
    """
    codec, rows = CODECS[name], []
    pairs = zip(*(long_inputs(name, size, seed) for size in (LONG, GROWS * LONG)), strict=True)
    for short, long in pairs:
        first, cost, second = (_fed(codec, one, name)[1] for one in (short, long, short))
        rows.append((cost, cost / max(first, second, 1e-5), long[:60]))
    blown = [row for row in rows if row[0] > COUNTS and row[1] > BLOW_UP]
    return max(blown or rows)


def main(count: str = "1000000", seed: str = "1", *names: str) -> int:
    """All codecs, one after the other; how many blow up."""
    say: Callable[[str], int] = sys.stdout.write
    blown = 0
    for name in [one for one in CODECS if not names or one.startswith(names)]:
        told = fuzz(name, int(count), int(seed))
        costs, grows, begins = growth(name, int(seed))
        bad = costs > COUNTS and grows > BLOW_UP
        blown += bad
        say(
            f"{name:<24} {told.fed:>8} spoilt, {told.read:>8} read, {told.cpu:6.1f} s of CPU, "
            f"dearest {told.worst * 1e3:7.2f} ms; {GROWS * LONG >> 10} KiB {costs * 1e3:8.1f} ms, "
            f"grows {grows:4.1f}{f' BLOW-UP {begins!r}' if bad else ''}\n"
        )
        sys.stdout.flush()
    return blown


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]) > 0)
