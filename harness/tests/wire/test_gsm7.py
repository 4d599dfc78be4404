"""The alphabets of short messages (3GPP TS 23.038)."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.wire import gsm7

ALL = [sign for sign in gsm7.BASIC if sign != "\x1b"] + list(gsm7.SHIFTED.values())


@pytest.mark.parametrize(
    ("text", "octets"),
    [
        ("Card out?", "C3B09C0C7AD7E93F"),
        ("Akku leer!", "C1F5BA0E6297CBF210"),
        ("€", "9B32"),
        ("", ""),
    ],
)
def test_known_texts_are_packed_and_unpacked(text: str, octets: str) -> None:
    """Worked out by hand from TS 23.038, 6.1.2.1; the euro sign takes two septets."""
    septets = gsm7.encode(text)
    assert septets is not None
    assert gsm7.pack(septets).hex().upper() == octets

    unpacked = gsm7.unpack(gsm7.pack(septets), len(septets))

    assert gsm7.decode(unpacked) == text


@settings(deadline=None)
@given(st.text(st.sampled_from(ALL), max_size=160))
def test_every_text_of_the_alphabet_survives(text: str) -> None:
    """Packed and unpacked, with the extension table."""
    septets = gsm7.encode(text)

    assert septets is not None
    assert gsm7.decode(gsm7.unpack(gsm7.pack(septets), len(septets))) == text


@settings(deadline=None)
@given(st.binary(max_size=160), st.integers(0, 300), st.integers(0, 20))
def test_nothing_that_comes_breaks_the_decoder(octets: bytes, count: int, skip: int) -> None:
    """Too short, cut in the middle of an escape: what is there is shown."""
    assert isinstance(gsm7.decode(gsm7.unpack(octets, count, skip=skip)), str)
    assert isinstance(gsm7.ucs2(octets), str)


def test_a_code_the_extension_table_lacks_shows_as_the_basic_one() -> None:
    """23.038, 6.2.1.1; an escape at the end shows as a blank."""
    assert gsm7.decode([0x1B, 0x41]) == "A"
    assert gsm7.decode([0x41, 0x1B]) == "A "
    assert gsm7.decode([0x1B, 0x1B]) == " "


def test_what_the_alphabet_lacks_cannot_be_encoded() -> None:
    """Cyrillic needs UCS2."""
    assert gsm7.encode("Привет") is None
    assert gsm7.ucs2("Привет €".encode("utf-16-be")) == "Привет €"
    assert gsm7.ucs2("🙂".encode("utf-16-be")) == "🙂"
