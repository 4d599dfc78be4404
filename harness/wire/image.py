"""Firmware images: a signed manifest in front of a payload, and what can be wrong with one.

::

    "HFI1" | manifest length, 4 B big-endian | manifest, JSON | Ed25519 signature, 64 B | payload

The signature (RFC 8032) covers everything before it; the manifest names the payload's SHA-256, so
it covers the payload, too. Versions are compared part by part as numbers: 1.10 is after 1.9.
"""

import enum
import hashlib
import json
import re
from dataclasses import asdict, dataclass
from typing import Any, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

MAGIC = b"HFI1"
HEAD = len(MAGIC) + 4
SIGNATURE = 64
LONGEST_MANIFEST = 4096
_VERSION = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9}){0,5}")


class Fault(enum.StrEnum):
    """Why an image may not be installed."""

    TRUNCATED = "truncated"
    CORRUPT = "corrupt"
    WRONG_KEY = "wrong_key"
    WRONG_MODEL = "wrong_model"
    OLDER = "older"
    BASE_TOO_OLD = "base_too_old"  # the installed version is before the image's minimum


class Unreadable(ValueError):
    """What was given is no image. ``fault`` says how.

    Attributes:
        fault: ``TRUNCATED`` or ``CORRUPT``.
    """

    def __init__(self, fault: Fault) -> None:
        super().__init__(f"no firmware image: {fault}")
        self.fault = fault


def version_key(version: str) -> tuple[int, ...]:
    """What versions are compared by; raises ValueError. 1.0 and 1 are equal."""
    if not _VERSION.fullmatch(version):
        raise ValueError(f"{version!r} is no version; wanted numbers with dots, e.g. 1.10")
    parts = [int(part) for part in version.split(".")]
    while len(parts) > 1 and parts[-1] == 0:
        parts.pop()
    return tuple(parts)


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an image says of itself.

    Attributes:
        model: The terminal model it is for.
        version: Its version.
        minimum: The oldest installed version it may replace.
        size: Bytes of the payload.
        sha256: Of the payload, hex.
        chunk: Bytes a terminal should ask for at a time.
    """

    model: str
    version: str
    minimum: str
    size: int
    sha256: str
    chunk: int

    @classmethod
    def parse(cls, text: bytes) -> Self:
        """Read the JSON of an image; raises Unreadable."""
        try:
            plain: Any = json.loads(text)
            manifest = cls(**plain)
            version_key(manifest.version)
            version_key(manifest.minimum)
            numbers = (manifest.size, manifest.chunk)
            good = all(type(number) is int and number >= 0 for number in numbers)
        except (ValueError, TypeError, RecursionError):
            raise Unreadable(Fault.CORRUPT) from None
        if not good or not isinstance(manifest.model, str) or not isinstance(manifest.sha256, str):
            raise Unreadable(Fault.CORRUPT)
        return manifest


def key_of(seed: str) -> Ed25519PrivateKey:
    """A test key pair from a published seed; worthless, and meant to be."""
    return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(seed.encode()).digest())


def public_bytes(key: Ed25519PrivateKey) -> bytes:
    """The 32 bytes a terminal trusts."""
    return key.public_key().public_bytes_raw()


def build(
    payload: bytes,
    *,
    key: Ed25519PrivateKey,
    model: str,
    version: str,
    minimum: str = "0",
    chunk: int = 4096,
) -> bytes:
    """A signed image; raises ValueError for what is no version."""
    version_key(version)
    version_key(minimum)
    digest = hashlib.sha256(payload).hexdigest()
    manifest = Manifest(model, version, minimum, len(payload), digest, chunk)
    text = json.dumps(asdict(manifest), sort_keys=True, separators=(",", ":")).encode()
    signed = MAGIC + len(text).to_bytes(4, "big") + text
    return signed + key.sign(signed) + payload


def _parts(image: bytes) -> tuple[Manifest, bytes, bytes, bytes]:
    """Manifest, what is signed, signature, payload; raises Unreadable."""
    if not image.startswith(MAGIC[: len(image)]):
        raise Unreadable(Fault.CORRUPT)
    if len(image) < HEAD:
        raise Unreadable(Fault.TRUNCATED)
    end = HEAD + int.from_bytes(image[len(MAGIC) : HEAD], "big")
    if end > HEAD + LONGEST_MANIFEST:
        raise Unreadable(Fault.CORRUPT)
    if len(image) < end + SIGNATURE:
        raise Unreadable(Fault.TRUNCATED)
    manifest = Manifest.parse(image[HEAD:end])
    return manifest, image[:end], image[end : end + SIGNATURE], image[end + SIGNATURE :]


def inspect(image: bytes) -> Manifest:
    """What an image says of itself, believed or not; raises Unreadable."""
    return _parts(image)[0]


def payload_of(image: bytes) -> bytes:
    """What an image carries, believed or not; raises Unreadable."""
    return _parts(image)[3]


def check_origin(image: bytes, *, trusted: bytes) -> Fault | None:
    """Whether an image is whole and signed by ``trusted`` (a raw Ed25519 public key)."""
    try:
        manifest, signed, signature, payload = _parts(image)
    except Unreadable as unreadable:
        return unreadable.fault
    if len(payload) < manifest.size:
        return Fault.TRUNCATED
    try:
        Ed25519PublicKey.from_public_bytes(trusted).verify(signature, signed)
    except InvalidSignature:
        return Fault.WRONG_KEY
    if len(payload) > manifest.size or hashlib.sha256(payload).hexdigest() != manifest.sha256:
        return Fault.CORRUPT
    return None


def verify(image: bytes, *, trusted: bytes, model: str, installed: str) -> Fault | None:
    """Why an image may not be installed on this terminal, or None when it may.

    Args:
        image: The whole image.
        trusted: Raw Ed25519 public key.
        model: The terminal's model.
        installed: The version that runs now; the same version again is no fault.
    """
    fault = check_origin(image, trusted=trusted)
    if fault is not None:
        return fault
    manifest = inspect(image)
    if manifest.model != model:
        return Fault.WRONG_MODEL
    if version_key(manifest.version) < version_key(installed):
        return Fault.OLDER
    if version_key(installed) < version_key(manifest.minimum):
        return Fault.BASE_TOO_OLD
    return None
