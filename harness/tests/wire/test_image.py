"""Firmware images: whole and signed, or refused for the right reason."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.wire.extent import Held
from harness.wire.image import (
    KINDS,
    MAGIC,
    UNSIGNED,
    Fault,
    Head,
    Manifest,
    Unreadable,
    build,
    check_origin,
    inspect,
    key_of,
    public_bytes,
    read_head,
    signed_anew,
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
    assert why(build(PAYLOAD, key=None, model="m1", version="2.0")) is Fault.UNSIGNED
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


def test_what_an_image_is_of_is_said_and_signed() -> None:
    """Code, configuration and keys read back; of anything else none is built or read."""
    kinds = [inspect(build(b"x", key=KEY, model="m", version="1", kind=one)).kind for one in KINDS]

    assert kinds == list(KINDS)
    with pytest.raises(ValueError, match="no kind"):
        build(b"x", key=KEY, model="m", version="1", kind="music")
    with pytest.raises(Unreadable):
        Manifest.parse(json.dumps({**plain_of(IMAGE), "kind": "music"}).encode())


def plain_of(image: bytes) -> dict[str, object]:
    """The JSON of an image's manifest."""
    plain: dict[str, object] = json.loads(read_head(image).signed[8:])
    return plain


def test_a_manifest_of_former_times_is_of_code() -> None:
    """One without the word is read, and its signature holds as it stands."""
    plain = plain_of(IMAGE)
    del plain["kind"]
    text = json.dumps(plain).encode()
    signed = MAGIC + len(text).to_bytes(4, "big") + text
    old = signed + KEY.sign(signed) + PAYLOAD

    assert inspect(old).kind == "code"
    assert why(old) is None


def test_a_signature_can_be_put_in_anothers_place() -> None:
    """Signed anew, an image has the same manifest and payload and another signer."""
    strange = signed_anew(Held(IMAGE), STRANGER)
    bare = signed_anew(Held(IMAGE), None)

    assert strange.size == bare.size == len(IMAGE)
    assert check_origin(strange, trusted=public_bytes(STRANGER)) is None
    assert check_origin(strange, trusted=TRUSTED) is Fault.WRONG_KEY
    assert read_head(bare).signature == UNSIGNED
    assert isinstance(read_head(bare), Head)


def test_a_manifest_too_long_to_be_read_is_not_written() -> None:
    """What no terminal would read is refused when it is made."""
    with pytest.raises(ValueError, match="at most"):
        build(b"", key=KEY, model="m" * 5000, version="1")
