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
    "octets", ["50", "5080", "50 02 41", "1F", "50 84 01 01 01 01", "50 82 01"]
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


@given(st.sampled_from([0x50, 0x57, 0x9F36, 0x1F55, 0xDF8101]), st.binary(max_size=70000))
def test_what_is_written_is_read_back(tag: int, value: bytes) -> None:
    """Every length up to 65535 makes the round trip."""
    value = value[:0xFFFF]

    assert tlv.parse(tlv.encode(tag, value)) == [tlv.Tlv(tag, value)]
