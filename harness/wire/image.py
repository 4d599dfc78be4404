"""Firmware images: a signed manifest in front of a payload, and what can be wrong with one.

::

    "HFI1" | manifest length, 4 B big-endian | manifest, JSON | Ed25519 signature, 64 B | payload

The signature (RFC 8032) covers everything before it; the manifest names the payload's SHA-256, so
it covers the payload, too. Versions are compared part by part as numbers: 1.10 is after 1.9.

An image may be ``bytes`` or an ``Extent``: the latter is read in pieces, so that one of a gigabyte
takes no more memory than one of a kilobyte.
"""

import enum
import hashlib
import json
import re
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from harness.wire.extent import Cut, Extent, Held, Joined, digest

MAGIC = b"HFI1"
HEAD = len(MAGIC) + 4
SIGNATURE = 64
LONGEST_MANIFEST = 4096
UNSIGNED = bytes(SIGNATURE)  # what stands in place of a signature where nobody signed
#: What an image may be of; a manifest of former times, which does not say, is of code.
KINDS = ("code", "configuration", "keys")
_VERSION = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9}){0,5}")


class Fault(enum.StrEnum):
    """Why an image may not be installed."""

    TRUNCATED = "truncated"
    CORRUPT = "corrupt"
    UNSIGNED = "unsigned"
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
        kind: What it is of: one of ``KINDS``.
    """

    model: str
    version: str
    minimum: str
    size: int
    sha256: str
    chunk: int
    kind: str = "code"

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
        words = (manifest.model, manifest.sha256)
        if not good or manifest.kind not in KINDS or not all(isinstance(x, str) for x in words):
            raise Unreadable(Fault.CORRUPT)
        return manifest

    def sealed(self, key: Ed25519PrivateKey | None) -> bytes:
        """What stands before the payload; signed by nobody without a key."""
        text = json.dumps(asdict(self), sort_keys=True, separators=(",", ":")).encode()
        if len(text) > LONGEST_MANIFEST:
            raise ValueError(f"a manifest of {len(text)} B; {LONGEST_MANIFEST} B at most")
        signed = MAGIC + len(text).to_bytes(4, "big") + text
        return signed + (key.sign(signed) if key else UNSIGNED)


class Head(NamedTuple):
    """What stands before the payload, believed or not.

    Attributes:
        manifest: What it says.
        signed: The bytes that the signature is of.
        signature: As it stands there.
    """

    manifest: Manifest
    signed: bytes
    signature: bytes

    @property
    def size(self) -> int:
        """Where the payload begins."""
        return len(self.signed) + SIGNATURE

    def signer(self, trusted: bytes) -> Fault | None:
        """Whether ``trusted`` (a raw public key) signed it: None when it did."""
        if self.signature == UNSIGNED:
            return Fault.UNSIGNED
        try:
            Ed25519PublicKey.from_public_bytes(trusted).verify(self.signature, self.signed)
        except InvalidSignature:
            return Fault.WRONG_KEY
        return None


def key_of(seed: str) -> Ed25519PrivateKey:
    """A test key pair from a published seed; worthless, and meant to be."""
    return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(seed.encode()).digest())


def public_bytes(key: Ed25519PrivateKey) -> bytes:
    """The 32 bytes a terminal trusts."""
    return key.public_key().public_bytes_raw()


def manifest_of(
    payload: Extent, *, model: str, version: str, minimum: str = "0", chunk: int = 4096,
    kind: str = "code",
) -> Manifest:  # fmt: skip
    """What an image of this payload says of itself; raises ValueError for what is no version."""
    version_key(version)
    version_key(minimum)
    if kind not in KINDS:
        raise ValueError(f"no kind {kind!r}; wanted one of: {', '.join(KINDS)}")
    return Manifest(model, version, minimum, payload.size, digest(payload), chunk, kind)


def build(
    payload: bytes,
    *,
    key: Ed25519PrivateKey | None,
    model: str,
    version: str,
    minimum: str = "0",
    chunk: int = 4096,
    kind: str = "code",
) -> bytes:
    """An image, signed where there is a key; raises ValueError for what is no version."""
    manifest = manifest_of(
        Held(payload), model=model, version=version, minimum=minimum, chunk=chunk, kind=kind
    )
    return manifest.sealed(key) + payload


def signed_anew(image: Extent, key: Ed25519PrivateKey | None) -> Extent:
    """The same image with another signature, or none; raises Unreadable."""
    head = read_head(image)
    mark = key.sign(head.signed) if key else UNSIGNED
    return Joined(Held(head.signed + mark), payload_in(image, head))


def read_head(image: bytes | Extent) -> Head:
    """What stands before the payload; raises Unreadable."""
    held = _extent(image)
    begin = held.read(0, HEAD)
    if not begin.startswith(MAGIC[: len(begin)]):
        raise Unreadable(Fault.CORRUPT)
    if len(begin) < HEAD:
        raise Unreadable(Fault.TRUNCATED)
    end = HEAD + int.from_bytes(begin[len(MAGIC) :], "big")
    if end > HEAD + LONGEST_MANIFEST:
        raise Unreadable(Fault.CORRUPT)
    head = held.read(0, end + SIGNATURE)
    if len(head) < end + SIGNATURE:
        raise Unreadable(Fault.TRUNCATED)
    return Head(Manifest.parse(head[HEAD:end]), head[:end], head[end:])


def inspect(image: bytes | Extent) -> Manifest:
    """What an image says of itself, believed or not; raises Unreadable."""
    return read_head(image).manifest


def payload_of(image: bytes) -> bytes:
    """What an image carries, believed or not; raises Unreadable."""
    return image[read_head(image).size :]


def payload_in(image: Extent, head: Head) -> Extent:
    """What an image carries, believed or not."""
    return Cut(image, image.size - head.size, head.size)


def check_origin(image: bytes | Extent, *, trusted: bytes) -> Fault | None:
    """Whether an image is whole and signed by ``trusted`` (a raw Ed25519 public key)."""
    held = _extent(image)
    try:
        head = read_head(held)
    except Unreadable as unreadable:
        return unreadable.fault
    if held.size < head.size + head.manifest.size:
        return Fault.TRUNCATED
    return head.signer(trusted) or check_payload(held, head)


def check_payload(image: Extent, head: Head) -> Fault | None:
    """Whether what an image carries is what its manifest says, whoever signed that."""
    payload, wanted = payload_in(image, head), head.manifest.size
    if payload.size < wanted:
        return Fault.TRUNCATED
    good = payload.size == wanted and digest(payload) == head.manifest.sha256
    return None if good else Fault.CORRUPT


def _extent(image: bytes | Extent) -> Extent:
    return Held(image) if isinstance(image, (bytes, bytearray)) else image


def verify(image: bytes | Extent, *, trusted: bytes, model: str, installed: str) -> Fault | None:
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
    return suits(inspect(image), model=model, installed=installed)


def suits(manifest: Manifest, *, model: str, installed: str) -> Fault | None:
    """Why what a manifest is of is not for this terminal, or None; raises ValueError."""
    if manifest.model != model:
        return Fault.WRONG_MODEL
    if version_key(manifest.version) < version_key(installed):
        return Fault.OLDER
    if version_key(installed) < version_key(manifest.minimum):
        return Fault.BASE_TOO_OLD
    return None
