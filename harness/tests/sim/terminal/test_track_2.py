"""Track 2 equivalent data of a chip, as field 35 wants them (EMV Book 3, annex A: tag 57)."""

import pytest

from harness.sim.terminal import card_read
from harness.wire.pan import luhn


def luhn_made(body: str) -> str:
    """A number whose last figure makes it add up."""
    for last in "0123456789":
        if luhn(body + last):
            return body + last
    raise AssertionError(body)


@pytest.mark.parametrize("size", range(13, 20))
@pytest.mark.parametrize("more", ["", "0", "0000", "12345"])
def test_a_number_of_any_length_with_or_without_padding(size: int, more: str) -> None:
    """Number, D, expiry, service code, discretionary data; F where a half byte is left over."""
    pan = luhn_made("999999" + "0" * (size - 7))
    track = f"{pan}D4912201{more}"
    octets = bytes.fromhex(track + "F" * (len(track) % 2))

    assert card_read.track_of(octets, "chip") == (pan, "4912", track)


@pytest.mark.parametrize(
    "octets",
    [
        "", "9999990000000014", "9999990000000015D49122010000", "D49122010000",
        "9999990000000014E49122010000", "99999900000000AAD49122010000", "9999990000000014D4F",
    ],
)  # fmt: skip
def test_what_is_no_track_is_not_read(octets: str) -> None:
    """No separator, a wrong check figure, no number, another separator, letters, no date."""
    with pytest.raises(card_read.Wrong):
        card_read.track_of(bytes.fromhex(octets + "F" * (len(octets) % 2)), "chip")
