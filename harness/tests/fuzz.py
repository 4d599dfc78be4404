"""Codecs under noise: a million spoilt messages, and nothing but the codec's own error.

``python harness/tests/fuzz.py [COUNT] [SEED] [NAME ...]`` (``tox -e fuzz``) feeds COUNT spoilt
messages to each codec of ``CODECS`` whose name begins with a NAME, or as many as fit in three
minutes of CPU. It prints how many, what they cost, what the dearest one cost, and how the cost of
a long input grows when it gets eight times as long: 8 is linear, 64 is a blow-up. Long inputs are
good ones, read to their end (``fuzz_long.py``), and bad ones; with a COUNT of 0, only these are
fed. Every codec is a row: what makes a good message, and what reads anything. A message is spoilt
by flipped, lost, doubled and foreign bytes, and by being cut and joined to another.
``harness/tests/test_fuzz.py`` does the same with small numbers.
"""

import random
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import pairwise
from typing import NamedTuple

from harness.tests.fuzz_adb import ADB
from harness.tests.fuzz_at import AT
from harness.tests.fuzz_cards import CARDS
from harness.tests.fuzz_codec import Codec
from harness.tests.fuzz_instruments import INSTRUMENTS
from harness.tests.fuzz_iso8583 import ISO8583
from harness.tests.fuzz_long import GROWS, long_message
from harness.tests.fuzz_registers import REGISTERS
from harness.tests.fuzz_texts import TEXTS
from harness.tests.fuzz_zvt import ZVT

#: Name -> codec. One more codec is one more row.
CODECS: dict[str, Codec] = {
    **ISO8583, **REGISTERS, **ZVT, **ADB, **AT, **INSTRUMENTS, **CARDS, **TEXTS,
}  # fmt: skip

POOL = 200  # good messages to be spoilt, at most
CPU = 180.0  # s for one codec: who costs more than 180 us an input gets fewer than a million
LONG = 1 << 11  # bytes of the shorter one of two long bad inputs
QUOTED = 1024  # bytes of a message that an error shows
#: Whose long inputs blow up in what is not ours, and why nobody minds.
THEIRS = {"profile": "PyYAML composes what nests in quadratic time; people write these files"}
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
        shown = f"{len(octets)} B: {octets[:QUOTED].hex()}"
        raise AssertionError(f"{told}: {shown}: {type(error).__name__}") from error
    return good, time.thread_time() - began


# --- long inputs ----------------------------------------------------------------------------

_MONOTONOUS = (
    *(bytes([one]) for one in b"\0 \x10\x1b0159AFf%&+,-.:;<=[{(\"'\\/\x80\x99\xf0\xff"),
    b"1 ", b"4 1 1 1 ", b"4111 ", b"\r\n", b"a\n", b"1\n", b"+C:", b"%34", b"\\u0034", b"&#52;",
    b"TUlN", b"1.", b"9F", b"{\"a\":", b"[1,", b"<a>", b"a=", b"a=1;", b"\x02\x03", b"\x10\x02",
    b"4\0", b"\x5a\x08", b"1\t", b"0x", b'"', b'\\"', b"62123456789012650000",
)  # fmt: skip


def long_inputs(name: str, seed: int) -> Iterator[Callable[[int], bytes]]:
    """By size: good messages one after the other, and the same few signs over and over.

    What a codec begins with stands before half of them: there is no searching for it.
    """
    rng = random.Random(f"{seed}/{name}/long")
    valid = CODECS[name].valid
    joined = b"".join(valid(rng) for _ in range(20))
    yield lambda size: (joined * (size // len(joined) + 1))[:size]
    for piece in _MONOTONOUS:
        fours = piece * 4 * (LONG // len(piece) // 4)
        head = valid(rng)[: rng.randrange(1, 40)]
        yield lambda size, fours=fours: fours * (size // LONG)  # type: ignore[misc]
        yield lambda size, row=fours, head=head: head + row * (size // LONG)  # type: ignore[misc]


def cost(codec: Codec, octets: bytes) -> float:
    """What reading this costs, s of CPU, by as many times as can be measured."""
    spent, times = 0.0, 1
    while spent < COUNTS:
        times *= 2
        began = time.thread_time()
        for _ in range(times):
            with suppress(*codec.own):
                codec.feed(octets)
        spent = time.thread_time() - began
    return spent / times


def good_growth(name: str) -> tuple[float, float]:
    """What the longest good input costs, and by how much more that is than an eighth of it."""
    codec = CODECS[name]
    short, long = (long_message(name, codec.valid, share) for share in (GROWS, 1))
    costs = cost(codec, long)
    return costs, costs / cost(codec, short) * GROWS * len(short) / len(long)


def growth(name: str, seed: int) -> tuple[float, float, bytes]:
    """What the dearest long input costs, by how much that grows with it, how it begins.

    One that blows up counts before a dearer one that does not.

    Raises:
        AssertionError: It raised something else than its own error.
    """
    codec, rows = CODECS[name], []
    for make in long_inputs(name, seed):
        short, long = make(LONG), make(GROWS * LONG)
        first, costs, second = (_fed(codec, one, name)[1] for one in (short, long, short))
        grows = costs / max(first, second, 1e-5)
        if grows > BLOW_UP and not _keeps_growing(codec, make):
            grows = float(GROWS)
        rows.append((costs, grows, long[:60]))
    blown = [row for row in rows if row[0] > COUNTS and row[1] > BLOW_UP]
    return max(blown or rows)


def _keeps_growing(codec: Codec, make: Callable[[int], bytes]) -> bool:
    """Whether it costs three times as much with more than one doubling.

    Once may be the length from which on a message is whole, and is read at all.
    """
    costs = [cost(codec, make(times * LONG)) for times in (1, 2, 4, 8)]
    return sum(more > 3 * less for less, more in pairwise(costs)) > 1


def main(count: str = "1000000", seed: str = "1", *names: str) -> int:
    """All codecs, one after the other; how many blow up."""
    say: Callable[[str], int] = sys.stdout.write
    blown = 0
    for name in [one for one in CODECS if not names or one.startswith(names)]:
        told = fuzz(name, int(count), int(seed))
        costs, grows, begins = growth(name, int(seed))
        whole, by = good_growth(name)
        bad = name not in THEIRS and (by > BLOW_UP or (costs > COUNTS and grows > BLOW_UP))
        blown += bad
        say(
            f"{name:<24} {told.fed:>8} spoilt, {told.read:>8} read, {told.cpu:6.1f} s of CPU, "
            f"dearest {told.worst * 1e3:7.2f} ms; long: {whole * 1e3:8.2f} ms, grows {by:4.1f}; "
            f"{GROWS * LONG >> 10} KiB of the worst {costs * 1e3:8.1f} ms, grows {grows:4.1f}"
            f"{f' BLOW-UP {begins!r}' if bad else ''}\n"
        )
        sys.stdout.flush()
    return blown


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]) > 0)
