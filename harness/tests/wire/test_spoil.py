"""What can be wrong with a file of any kind."""

import pytest

from harness.wire.extent import Held
from harness.wire.spoil import Spoil

GOOD = bytes(range(30))


@pytest.mark.parametrize(
    ("text", "bad"),
    [("truncated", GOOD[:20]), ("truncated=7", GOOD[:7]), ("truncated=0", b""),
     ("bit=0", b"\x80" + GOOD[1:]), ("bit=15", b"\0\0" + GOOD[2:]),
     ("corrupt", GOOD[:15] + bytes([15 ^ 0x10]) + GOOD[16:]),
     ("appended", GOOD + b"\0"), ("appended=3", GOOD + bytes(3))],
)  # fmt: skip
def test_each_word_does_one_thing(text: str, bad: bytes) -> None:
    """A file is cut, has one bit changed, or something behind it, and nothing else."""
    made = Spoil.parse(text).of(Held(GOOD))

    assert made.read(0, made.size) == bad


@pytest.mark.parametrize(
    "text", ["", "worse", "bit", "bit=", "bit=-1", "bit=x", "corrupt=3", "bit=²"]
)
def test_what_spoils_nothing_is_refused(text: str) -> None:
    """An unknown word, a number that is missing, is none, or is not wanted."""
    with pytest.raises(ValueError, match=r"spoils nothing|which one"):
        Spoil.parse(text)


@pytest.mark.parametrize("text", ["truncated=30", "bit=240"])
def test_a_file_too_small_for_it_is_said_to_be(text: str) -> None:
    """Nothing is called spoilt that is not."""
    with pytest.raises(ValueError, match="only"):
        Spoil.parse(text).of(Held(GOOD))
