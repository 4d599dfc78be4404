"""BER-TLV against the standard's forms."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import Garbled
from harness.wire import tlv


def test_nested_objects_are_found_at_any_level() -> None:
    """A tag of two bytes inside a template is found."""
    octets = bytes.fromhex("70 07 9F36 02 0012 57 00")

    assert tlv.find(octets, 0x9F36) == b"\x00\x12"
    assert [row.tag for row in tlv.walk(octets)] == [0x70, 0x9F36, 0x57]
    assert tlv.find(octets, 0x5A) is None


def test_zero_octets_between_objects_are_skipped() -> None:
    """Padding zeroes around data objects mean nothing."""
    assert tlv.parse(bytes.fromhex("00 50 01 41 00 00")) == [tlv.Tlv(0x50, b"A")]


@pytest.mark.parametrize(
    "octets",
    ["50", "1F 81", "5080", "50 02 41", "1F", "50 84 01 01 01 01", "50 82 01", "1F 81 81 81 81 01"],
)
def test_what_does_not_fit_is_garbled(octets: str) -> None:
    """A missing length, the indefinite form, a short value and an endless tag are refused."""
    with pytest.raises(Garbled):
        tlv.parse(bytes.fromhex(octets))


@given(st.binary())
def test_noise_is_read_or_garbled(octets: bytes) -> None:
    """No input raises anything but Garbled."""
    with suppress(Garbled):
        list(tlv.walk(octets))


@pytest.mark.parametrize(
    ("size", "head"),
    [(127, "50 7F"), (128, "50 81 80"), (255, "50 81 FF"), (256, "50 82 01 00")],
)
def test_the_length_grows_a_byte_at_128_and_at_256(size: int, head: str) -> None:
    """Short form, then 81 and 82."""
    octets = tlv.encode(0x50, bytes(size))

    assert octets.startswith(bytes.fromhex(head))
    assert tlv.parse(octets) == [tlv.Tlv(0x50, bytes(size))]
    assert tlv.build([(0x50, bytes(size)), (0x57, b"")]) == octets + b"\x57\x00"


@given(st.sampled_from([0x50, 0x57, 0x9F36, 0x1F55, 0xDF8101]), st.binary(max_size=300))
def test_what_is_written_is_read_back(tag: int, value: bytes) -> None:
    """Tags of one to three bytes make the round trip."""
    assert tlv.parse(tlv.encode(tag, value)) == [tlv.Tlv(tag, value)]
