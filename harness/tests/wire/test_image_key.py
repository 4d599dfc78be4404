"""The files that signing keys are in."""

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from harness.wire.image import public_bytes
from harness.wire.image_key import (
    NoKey,
    fingerprint,
    new_key,
    private_pem,
    public_pem,
    read_private,
    read_public,
)

KEY = new_key()


def test_a_key_reads_back_from_pem_and_from_bare_bytes() -> None:
    """Both halves, in both forms, are the same key."""
    bare = KEY.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())

    for held in (private_pem(KEY), bare):
        assert public_bytes(read_private(held)) == public_bytes(KEY)
    for held in (public_pem(KEY), public_bytes(KEY)):
        assert read_public(held) == public_bytes(KEY)
    assert len(fingerprint(public_bytes(KEY))) == 16


def test_what_is_no_such_key_is_refused_without_a_word_of_it() -> None:
    """Encrypted, of another kind, the wrong half, or nothing at all."""
    other = ec.generate_private_key(ec.SECP256R1())
    locked = KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"x"))
    other_pem = other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    other_public = other.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    for held, why in ((locked, "encrypted"), (other_pem, "another kind"), (b"", "no private key"),
                      (public_pem(KEY), "no private key")):  # fmt: skip
        with pytest.raises(NoKey, match=why) as refused:
            read_private(held)
        assert "PRIVATE" not in str(refused.value)
    for held, why in (
        (private_pem(KEY), "private"),
        (other_public, "another kind"),
        (b"x", "no pub"),
    ):
        with pytest.raises(NoKey, match=why):
            read_public(held)
