"""The files that signing keys are in: Ed25519, as PEM (RFC 8410) or as their 32 bare bytes.

No text of an error here has anything of a private key in it.
"""

import hashlib

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

BARE = 32  # B


class NoKey(ValueError):
    """What was given is no key that images are signed or checked with."""


def new_key() -> Ed25519PrivateKey:
    """One that nobody else has."""
    return Ed25519PrivateKey.generate()


def private_pem(key: Ed25519PrivateKey) -> bytes:
    """As it is kept in a file."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def public_pem(key: Ed25519PrivateKey) -> bytes:
    """As a terminal's maker is given it."""
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def fingerprint(public: bytes) -> str:
    """A short name of a public key: the beginning of its SHA-256, in hex."""
    return hashlib.sha256(public).hexdigest()[:16]


def read_private(held: bytes) -> Ed25519PrivateKey:
    """The key in a file; raises NoKey."""
    if len(held) == BARE:
        return Ed25519PrivateKey.from_private_bytes(held)
    try:
        key = load_pem_private_key(held, password=None)
    except TypeError:
        raise NoKey("it is encrypted; wanted one without a password") from None
    except (ValueError, UnsupportedAlgorithm):
        raise NoKey("no private key: wanted PEM (PKCS #8), or 32 bare bytes") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise NoKey("a key of another kind; images are signed with Ed25519")
    return key


def read_public(held: bytes) -> bytes:
    """The raw public key in a file; raises NoKey, also for a private one."""
    if len(held) == BARE:
        return held
    if b"PRIVATE KEY" in held:
        raise NoKey("a private key; wanted the public one that goes with it")
    try:
        key = load_pem_public_key(held)
    except (ValueError, UnsupportedAlgorithm):
        raise NoKey("no public key: wanted PEM, or 32 bare bytes") from None
    if not isinstance(key, Ed25519PublicKey):
        raise NoKey("a key of another kind; images are signed with Ed25519")
    return key.public_bytes_raw()
