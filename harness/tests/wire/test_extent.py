"""Bytes of any size: views that say the same however they are read."""

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from harness.wire import extent as extents
from harness.wire.extent import Cut, Extent, Flipped, Held, Joined, digest, pieces

octets = st.binary(min_size=1, max_size=60)


def whole(extent: Extent) -> bytes:
    """All of it, read at once."""
    return extent.read(0, extent.size)


@given(octets, octets, st.integers(0, 130), st.integers(0, 130))
def test_what_is_joined_reads_as_one(first: bytes, second: bytes, start: int, count: int) -> None:
    """Any part of two extents is that part of the two one behind the other."""
    joined = Joined(Held(first), Held(second))

    assert joined.read(start, count) == (first + second)[start : start + count]
    assert joined.size == len(first) + len(second)


@given(octets, st.integers(0, 70), st.integers(0, 70), st.integers(0, 70), st.integers(0, 70))
def test_a_cut_is_a_slice(held: bytes, size: int, at: int, start: int, count: int) -> None:
    """A cut reads what a slice has, and never what is behind its end."""
    cut = Cut(Held(held), size, at)

    assert cut.read(start, count) == held[at : at + size][start : start + count]


@given(octets, st.data())
def test_a_flipped_bit_is_the_only_one(held: bytes, draw: st.DataObject) -> None:
    """One bit differs, the one that was named, in however small pieces it is read."""
    bit = draw.draw(st.integers(0, len(held) * 8 - 1))
    flipped = Flipped(Held(held), bit)

    apart = int.from_bytes(whole(flipped), "big") ^ int.from_bytes(held, "big")

    assert apart == 1 << (len(held) * 8 - 1 - bit)
    assert b"".join(flipped.read(at, 1) for at in range(len(held))) == whole(flipped)


def test_pieces_and_digest_are_those_of_the_whole() -> None:
    """What is read in pieces is all of it, and hashes to the same."""
    held = bytes(range(256)) * (extents.PIECE // 100)

    read = list(pieces(Held(held)))

    assert len(read) == 3
    assert b"".join(read) == held
    assert b"".join(pieces(Held(held), 5, extents.PIECE + 9)) == held[5 : extents.PIECE + 9]
    assert digest(Held(held)) == hashlib.sha256(held).hexdigest()


def test_a_file_that_shrinks_ends_early() -> None:
    """Where there is less than was said, the pieces end and nobody waits for more."""
    assert list(pieces(Held(b"abc"), 0, 10)) == [b"abc"]
