"""The images of the test update store, made on the fly from its personality. Pure."""

import hashlib
from collections.abc import Mapping
from typing import Any

from harness.model.units import Bytes
from harness.wire import image


def trusted_key(personality: Mapping[str, Any]) -> bytes:
    """The raw public key that terminals of this store trust."""
    return image.public_bytes(image.key_of(personality["trusted_seed"]))


def make_image(personality: Mapping[str, Any], name: str) -> bytes:
    """An image by name (``newer``, ``corrupt`` ...); the same bytes every time.

    Raises:
        LookupError: The personality has no such image; the text names those it has.
    """
    own = personality["images"].get(name)
    if own is None:
        known = ", ".join(personality["images"])
        raise LookupError(f"no image {name!r}; wanted one of: {known}")
    seed = f"{own['version']} {own.get('model', personality['model'])}".encode()
    payload = hashlib.shake_256(seed).digest(Bytes.parse(own["size"]))
    if own.get("runs"):
        payload = program(own["runs"]) + payload
    stranger = own.get("spoilt") == "wrong_key"
    made = image.build(
        payload,
        key=image.key_of(personality["stranger_seed" if stranger else "trusted_seed"]),
        model=own.get("model", personality["model"]),
        version=own["version"],
        minimum=own.get("minimum", "0"),
        chunk=personality["chunk"],
    )
    return _spoilt(made, own.get("spoilt", ""))


def program(runs: str) -> bytes:
    """How a payload begins whose application does not simply work: ``crashes``."""
    return b"APPLICATION " + runs.encode() + b"\n"


def announced(personality: Mapping[str, Any], name: str) -> str:
    """The version that the store's manifest gives for an image."""
    own = personality["images"][name]
    version: str = own.get("announced", own["version"])
    return version


def _spoilt(made: bytes, how: str) -> bytes:
    middle = len(made) // 2
    if how == "corrupt":
        return made[:middle] + bytes([made[middle] ^ 0x10]) + made[middle + 1 :]
    return made[: len(made) * 2 // 3] if how == "truncated" else made
