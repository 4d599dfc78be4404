"""Readings of a text: each sign knows where it stands, and innocents stay what they are."""

import base64
import hashlib
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.tests.safety.spellings import PANS, SPELT, fours, held
from harness.wire import gsm7
from harness.wire.pan import find, mask, numbers
from harness.wire.pan_disguises import _packed, octets_in, readings
from harness.wire.pan_lines import continued, mask_lines

PAN = PANS[1]


@given(
    before=st.text(max_size=20), after=st.text(max_size=20),
    spelling=st.sampled_from(sorted(SPELT)), pan=st.sampled_from(PANS),
)  # fmt: skip
def test_every_reading_stands_somewhere(before: str, after: str, spelling: str, pan: str) -> None:
    """As many places as signs, in order, within the text; and masking is settled after a pass."""
    text = before + SPELT[spelling](pan) + after

    for reading in (*readings(text), *octets_in(text)):
        assert len(reading.text) == len(reading.starts) == len(reading.ends)
        assert reading.starts == sorted(reading.starts)
        assert all(
            0 <= a < b <= len(text) for a, b in zip(reading.starts, reading.ends, strict=True)
        )
    assert mask(mask(text)) == mask(text)


@given(before=st.sampled_from(["", " ", "x: ", '{"a":"', "\n"]),
       after=st.sampled_from(["", " ", ",", '"}', "\n"]),
       spelling=st.sampled_from(sorted(SPELT)), pan=st.sampled_from(PANS))  # fmt: skip
def test_a_number_is_hidden_where_it_stands(
    before: str, after: str, spelling: str, pan: str
) -> None:
    """What is around it stays."""
    shown = mask(before + SPELT[spelling](pan) + after)

    assert shown.startswith(before)
    assert shown.endswith(after)
    assert held(shown.encode()) == []
    assert numbers(SPELT[spelling](pan)) == f"{pan[:6]}***{pan[-4:]}"


def test_keys_hashes_and_pictures_are_no_cards() -> None:
    """Random blobs hold none in base64, and in hex hardly ever: letters on both sides of digits."""
    draw = random.Random(5)
    blobs = [draw.randbytes(96) for _ in range(400)]
    spelt = [base64.b64encode(blob).decode() for blob in blobs]

    assert [text for text in spelt if find(text)] == []
    digests = [hashlib.sha256(blob).hexdigest() for blob in blobs]
    assert len([text for text in digests if find(text)]) <= 4


@pytest.mark.parametrize(
    "innocent",
    [
        "5000,4500,4800,5002 mV", "4111\t1111\t1111\t1111", "GET /4111/x/1111/1111",
        "version 2024.1101.1200.0001", "%20%30%31", "\\u0041\\u0042", "caf\xe9 \xf0\xf1",
        "https://host/a-b_c/AbCdEfGhIjKlMnOpQrStUvWxYz0123456789", "MNOMNOMNOMNOMNOMNO",
        "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N",
    ],
)  # fmt: skip
def test_innocents_stay(innocent: str) -> None:
    """Columns, paths, versions, escapes of other signs, tokens."""
    assert mask(innocent) == innocent


@pytest.mark.parametrize(
    "hidden",
    [
        f"8825{PAN}", f"{PAN}000000001250", ",".join(PAN), "\n".join(PAN), PAN[::-1],
        base64.b64encode(PAN.encode().hex().encode()).decode(),
        f"0010 {PAN[:8].encode().hex(' ')}\n0020 {PAN[8:].encode().hex(' ')}",
        "four one one one " * 4,
    ],
)  # fmt: skip
def test_known_limits(hidden: str) -> None:
    """What the module says that it does not see; who can see one of these strikes it off there."""
    assert mask(hidden) == hidden


@pytest.mark.parametrize(
    ("before", "after", "rest"),
    [
        ("card 41111111", "11111111 ok", "11111111"),
        ("card 4111 1111 ", "1111 1111", "1111 1111"),
        ("card 4111-1111-", "1111-1111 ok", "1111-1111"),
        ("card 41111111", "[12:00:01] 11111111", "11111111"),
        ("card 41111111", "11-22 03:22:41.123  1234  1235 I Pos: 11111111", "11111111"),
        ("card 41111111", "1763778161 11111111", "11111111"),
        ("08:00:01.000 D dump: a4 41111111", "08:00:01.001 D dump: 11111111 ok", "11111111"),
        (";41111111", "11111111=49121010000012345678?", "11111111=49121010000012345678?"),
    ],
)
def test_the_rest_of_a_number_is_found_in_the_next_line(before: str, after: str, rest: str) -> None:
    """At its beginning or behind a time stamp, grouped or not, with the track behind it."""
    found = continued(before, after)

    assert found is not None
    assert after[found.start : found.end] == rest
    shown, split = mask_lines(f"{before}\n{after}")
    assert shown == f"{before}\n{after.replace(rest, '***')}"
    assert split.startswith("411111***1111")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", "4111111111111111"), ("card 411", "1111111111111 ok"), ("x 41111111", "x 11111111"),
        ("pan=411111***1111", "111111111111"), (PAN, "0000"), ("t=0.41111111", "11111111"),
    ],
)  # fmt: skip
def test_lines_that_have_nothing_to_do_with_each_other(before: str, after: str) -> None:
    """Nothing before; too little; something between; truncated or whole already; a fraction."""
    assert continued(before, after) is None


@pytest.mark.parametrize("pan", PANS)
@pytest.mark.parametrize("spelt", ["plain", "spaced", "dashed"])
@pytest.mark.parametrize("before", ["", "a", "ab", "abc", "abcd", "abcde", "abcdef", "abcdefg"])
def test_packed_septets_are_read_at_whatever_bit_they_begin(
    pan: str, spelt: str, before: str
) -> None:
    """A short message in PDU mode, as a modem's line has it: what stands around it stays."""
    septets = gsm7.encode(f"{before}{SPELT[spelt](pan)} was charged, thank you")
    assert septets is not None
    head, pdu = "+CMGL: 1,1,,48", gsm7.pack(septets).hex().upper()
    text = f"{head}\r\n{pdu}\r\nOK"

    shown = mask(text)

    assert numbers(text) == f"{pan[:6]}***{pan[-4:]}"
    assert shown.startswith(head)
    assert shown.endswith("\r\nOK")
    left = shown.removeprefix(head).removesuffix("OK").strip()
    first, _, last = left.partition(f"{pan[:6]}***{pan[-4:]}")
    assert pdu.startswith(first)
    assert pdu.endswith(last)


@given(st.binary(min_size=20, max_size=400))
def test_bytes_by_chance_are_no_septets_of_figures(octets: bytes) -> None:
    """Thirteen digits in a row are no chance: a quarter for each to have the bits of a figure."""
    assert [one for one in _packed(octets.hex()) if find(one.text)] == []


def test_a_number_is_found_wherever_it_is_in_a_long_row_of_septets() -> None:
    """Many messages glued together are read piece by piece; no seam hides one."""
    for fill in range(120, 200, 3):
        septets = gsm7.encode(f"{'x' * fill}{fours(PAN)}{'y' * 90}")
        assert septets is not None
        assert numbers(gsm7.pack(septets).hex()) == "411111***1111"
