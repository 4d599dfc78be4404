"""What a network answers to a code, in each form that modems give it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.wire import gsm7
from harness.wire.ussd import text_of


@pytest.mark.parametrize(
    ("said", "coding", "wanted"),
    [
        ("Balance: 12.34", 15, "Balance: 12.34"),
        ("0042006100 6C".replace(" ", ""), 72, "Bal"),
        ("00420061006C", 15, "Bal"),  # the set "UCS2" with a coding that says otherwise
        ("0032002C003000A000200020AC", 15, "0032002C003000A000200020AC"),  # half a sign too many
        ("0032002C0030002020AC", 15, "2,0 €"),
        ("041E", 72, "О"),
        ("1234", 15, "1234"),
        ("1234", None, "1234"),
        ("491234567890", 15, "491234567890"),
        ("", 15, ""),
        ("004", 72, "004"),
        # packed, as Huawei's sticks leave them: lines of public logs (chan_dongle's issue 38)
        ("CE325C1EB6A7D9EE7C1AE47EB7CB72507DCEAE9FD3", 15, "Nepravilnyi nomer uslugi"),
        ("CF2135487D2E4131DCCD25A381E02E", 15, "OCTATOK 187.24 p."),
        ("e8329bfd4697d9ec37", None, "hellohello"),
        # the set "HEX"; eight bits
        ("42616C616E63653A2031322E3334", 15, "Balance: 12.34"),
        ("62616CE4", 0x44, "balä"),
        # nothing that a network would write comes of it
        ("C0FFEE00DEADBEEF", 15, "C0FFEE00DEADBEEF"),
        ("0A1B2C3D4E5F60718293", 15, "0A1B2C3D4E5F60718293"),
    ],
)
def test_the_answer_of_a_code_is_read(said: str, coding: int | None, wanted: str) -> None:
    """Plain, or hex in any of its kinds; plain digits stay what they are."""
    assert text_of(said, coding) == wanted


@pytest.mark.parametrize("size", [14, 15, 16, 22, 23, 24])
def test_a_packed_text_of_any_length_comes_back(size: int) -> None:
    """Where seven bits are left over they are CR or zeros, and no sign of the text."""
    text = "Your plan: 12 MB left until 30.11."[:size]
    septets = gsm7.encode(text)
    assert septets is not None

    assert text_of(gsm7.pack(septets).hex().upper(), 15) == text
    if size % 8 == 7:
        assert text_of(gsm7.pack([*septets, 0x0D]).hex(), 15) == text


@settings(deadline=None)
@given(st.text(max_size=40) | st.binary(max_size=40).map(bytes.hex), st.integers(0, 255))
def test_no_answer_breaks_the_reader(said: str, coding: int) -> None:
    """It is read, or stays as it came; what has a sign that is no hex digit always does."""
    found = text_of(said, coding)

    assert found == said or set(said) <= set("0123456789abcdefABCDEF")
