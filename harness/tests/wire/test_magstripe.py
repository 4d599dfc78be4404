"""Track bits against the standard's character set."""

from functools import reduce
from operator import xor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.wire import magstripe
from harness.wire.magstripe import Swipe

TEXT = magstripe.track2("9999990000000014", "4912", "201", "0000")
BITS = magstripe.encode(TEXT)


def test_characters_are_written_as_the_standard_says() -> None:
    """The start sentinel is 1101 and 0, zero is 0000 and 1: least bit first, odd parity."""
    assert magstripe.encode("0", leading=0, trailing=0).startswith("11010" + "00001" + "11111")


@pytest.mark.parametrize("track", [1, 2])
def test_either_direction_is_read(track: int) -> None:
    """A card drawn through the other way gives the same text."""
    text = TEXT if track == 2 else "B9999990000000014^TEST/HIL^4912201"
    bits = magstripe.encode(text, track=track)

    assert magstripe.decode(bits, track=track) == Swipe(text)
    assert magstripe.decode(bits[::-1], track=track) == Swipe(text)


def flip(bits: str, *places: int) -> str:
    """The bits with some turned over."""
    return "".join(str(int(bit) ^ (at in places)) for at, bit in enumerate(bits))


def test_one_flipped_bit_is_a_parity_fault() -> None:
    """A bit inside a character is caught by its parity."""
    assert magstripe.decode(flip(BITS, 20 + 5 * 4)).fault == "parity"


def test_two_flipped_bits_of_one_character_are_an_lrc_fault() -> None:
    """Parity holds, the check character does not."""
    assert magstripe.decode(flip(BITS, 20 + 5 * 4, 20 + 5 * 4 + 1)).fault == "lrc"


def test_a_swipe_that_stops_has_no_end() -> None:
    """Without the end sentinel nothing is believed."""
    assert magstripe.decode(BITS[: len(BITS) // 2]).fault == "no_end"


@pytest.mark.parametrize(("size", "fault"), [(37, ""), (38, "no_end"), (400, "no_end")])
def test_more_than_a_track_can_hold_has_no_end(size: int, fault: str) -> None:
    """40 characters with sentinels and LRC (ISO/IEC 7811-2), however good all of them are."""
    values = [*b";" + b"0" * size + b"?"]
    values.append(reduce(xor, (one & 0xF for one in values)) | 0x30)
    chars = [f"{value & 0xF:04b}"[::-1] for value in values]
    bits = "".join(char + str(1 - char.count("1") % 2) for char in chars)

    assert magstripe.decode(f"000{bits}000").fault == fault


def test_a_blank_stripe_is_blank() -> None:
    """Zeros only, or nothing at all."""
    assert magstripe.decode("0" * 200).fault == "blank"
    assert magstripe.decode("").fault == "blank"


def test_something_else_has_no_start() -> None:
    """Bits that begin with another character in both directions."""
    assert magstripe.decode("0001001000").fault == "no_start"


def test_what_a_track_cannot_carry_is_refused() -> None:
    """Letters on track 2, and a text that is too long."""
    for text in ("A", "1" * 38):
        with pytest.raises(ValueError, match="track 2"):
            magstripe.encode(text)


@given(st.text("01", max_size=400), st.sampled_from([1, 2]))
def test_no_bits_raise_anything(bits: str, track: int) -> None:
    """Noise is a fault, never an exception."""
    swipe = magstripe.decode(bits, track=track)

    assert not (swipe.text and swipe.fault)


@given(st.text("0123456789:<=>", max_size=37), st.booleans())
def test_every_text_makes_the_round_trip(text: str, reverse: bool) -> None:
    """Whatever track 2 can carry is read back, in both directions."""
    bits = magstripe.encode(text)

    assert magstripe.decode(bits[::-1] if reverse else bits) == Swipe(text)
