"""Firmware images: whole and signed, or refused for the right reason."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.wire.image import (
    Fault,
    Unreadable,
    build,
    check_origin,
    inspect,
    key_of,
    public_bytes,
    verify,
    version_key,
)

KEY, STRANGER = key_of("test"), key_of("stranger")
TRUSTED = public_bytes(KEY)
PAYLOAD = bytes(range(256)) * 4
IMAGE = build(PAYLOAD, key=KEY, model="m1", version="1.10", minimum="1.2", chunk=100)


def why(image: bytes, *, model: str = "m1", installed: str = "1.9") -> Fault | None:
    """Verify against the trusted key."""
    return verify(image, trusted=TRUSTED, model=model, installed=installed)


def test_a_good_image_says_what_it_is() -> None:
    """The manifest reads back and nothing is wrong with it."""
    manifest = inspect(IMAGE)

    assert (manifest.model, manifest.version, manifest.size) == ("m1", "1.10", len(PAYLOAD))
    assert why(IMAGE) is None
    assert why(IMAGE, installed="1.10") is None
    assert IMAGE.endswith(PAYLOAD)


def test_each_fault_has_its_name() -> None:
    """Wrong key, wrong model, older, and a base that is too old."""
    strange = build(PAYLOAD, key=STRANGER, model="m1", version="2.0")

    assert why(strange) is Fault.WRONG_KEY
    assert why(IMAGE, model="m2") is Fault.WRONG_MODEL
    assert why(IMAGE, installed="1.11") is Fault.OLDER
    assert why(IMAGE, installed="1.1") is Fault.BASE_TOO_OLD
    assert why(IMAGE + b"\0") is Fault.CORRUPT
    assert why(b"GIF89a") is Fault.CORRUPT


def test_every_truncation_is_called_one() -> None:
    """Wherever an image is cut, it is truncated, and not merely corrupt."""
    assert {why(IMAGE[:size]) for size in range(len(IMAGE))} == {Fault.TRUNCATED}


@given(at=st.integers(0, len(IMAGE) - 1), bit=st.integers(0, 7))
@settings(max_examples=300)
def test_no_flipped_bit_goes_unnoticed(at: int, bit: int) -> None:
    """One changed bit anywhere makes the image unfit."""
    bent = bytearray(IMAGE)
    bent[at] ^= 1 << bit

    assert check_origin(bytes(bent), trusted=TRUSTED) is not None


@given(st.binary(max_size=300))
def test_noise_is_no_image(noise: bytes) -> None:
    """Any bytes are truncated or corrupt, never an exception of another kind."""
    for image in (noise, IMAGE[:8] + noise):
        assert why(image) in tuple(Fault)
        with pytest.raises(Unreadable):
            inspect(image)


@pytest.mark.parametrize(
    ("older", "newer"), [("1.9", "1.10"), ("1.2.3", "1.3"), ("0.9", "1"), ("1.0", "1.0.1")]
)
def test_versions_compare_as_numbers(older: str, newer: str) -> None:
    """Part by part, not letter by letter."""
    assert version_key(older) < version_key(newer)


def test_a_trailing_zero_is_the_same_version() -> None:
    """1, 1.0 and 1.0.0 are one version."""
    assert version_key("1") == version_key("1.0") == version_key("1.0.0")


@pytest.mark.parametrize("text", ["", "1.", "v1", "1.a", "1..2", "-1", "1" * 10, "١"])
def test_what_is_no_version(text: str) -> None:
    """Only digits and dots."""
    with pytest.raises(ValueError, match="is no version"):
        version_key(text)
