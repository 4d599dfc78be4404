"""Every codec of ``fuzz.py`` under a little noise; the program itself takes a million."""

import random
import sys
from contextlib import suppress
from types import FrameType
from typing import Any

import pytest

from harness.tests.fuzz import CODECS, cost, fuzz
from harness.tests.fuzz_codec import Codec
from harness.tests.fuzz_long import GROWS, LONG, LONGS, long_message

MANY = 40  # spoilt messages of each; the rarest of their mishaps is one in six
#: Codecs that refuse what is spoilt; the others search a stream for what is whole.
STRICT = ("iso8583", "iso8583 frame", "iso8583 stream")


@pytest.mark.parametrize("name", CODECS)
def test_spoilt_messages_are_read_or_garbled(name: str) -> None:
    """Nothing but the codec's own error comes out; some are spoilt beyond reading."""
    told = fuzz(name, MANY, seed=1)

    assert told.fed == MANY
    assert told.read < MANY or name not in STRICT


@pytest.mark.parametrize("name", CODECS)
def test_good_messages_are_read(name: str) -> None:
    """Else the noise would find nothing to spoil."""
    rng = random.Random(2)
    for _ in range(MANY // 2):
        CODECS[name].feed(CODECS[name].valid(rng))


def test_another_error_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """A codec that stumbles is told with its seed and the message."""

    def stumble(octets: bytes) -> None:
        assert octets[:1] != b"\x00"

    monkeypatch.setitem(CODECS, "clumsy", Codec(lambda rng: rng.randbytes(9), stumble))

    with pytest.raises(AssertionError, match="clumsy, seed 1, message"):
        fuzz("clumsy", 5000, 1)


# --- long inputs ----------------------------------------------------------------------------


def steps(codec: Codec, octets: bytes) -> int:
    """Calls that are made while these are read; no clock is asked, so no load matters."""
    count = 0

    def called(_frame: FrameType, event: str, _arg: Any) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(called)
    try:
        with suppress(*codec.own):
            codec.feed(octets)
    finally:
        sys.setprofile(before)
    return count


def most_steps(short: int, times: float = GROWS) -> float:
    """Half as much again as so many times, and what a codec does once for all."""
    return times * short * 1.5 + 1000


@pytest.mark.parametrize("name", CODECS)
def test_a_long_message_is_read_in_as_many_more_steps_as_it_is_longer(name: str) -> None:
    """It is a good one, and nothing of it is gone through again and again."""
    codec = CODECS[name]
    short, long = (long_message(name, codec.valid, share) for share in (GROWS**2, GROWS))

    codec.feed(long)

    times = len(long) / len(short)
    assert steps(codec, long) <= most_steps(steps(codec, short), times)


@pytest.mark.parametrize("name", [name for name, row in LONGS.items() if row.most < LONG])
def test_the_longest_message_there_is_is_read(name: str) -> None:
    """So that none of the benchmark's is refused at its beginning, and cheap for that."""
    octets = long_message(name, CODECS[name].valid, 1)

    CODECS[name].feed(octets)

    assert len(octets) >= LONGS[name].most


def test_one_that_begins_anew_at_every_byte_is_found() -> None:
    """By its steps; a clock would tell it only where it is not the machine that stalls."""

    def again_and_again(octets: bytes) -> None:
        for at in range(len(octets)):
            for before in range(at):
                octets.index(octets[before])

    codec = Codec(lambda _: b"", again_and_again)

    assert steps(codec, bytes(800)) > most_steps(steps(codec, bytes(100)))
    assert cost(codec, bytes(8)) > 0
