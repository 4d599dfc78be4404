"""The images of the test update store, made on the fly from its personality. Pure."""

import hashlib
from collections.abc import Mapping
from typing import Any

from harness.model.units import Bytes
from harness.wire import image
from harness.wire.extent import Held
from harness.wire.spoil import Spoil

#: Who signs, where it is not who should: ``spoilt:`` -> the seed of the key, "" for nobody.
SIGNERS = {"wrong_key": "stranger_seed", "unsigned": ""}


def trusted_key(personality: Mapping[str, Any]) -> bytes:
    """The raw public key that terminals of this store trust."""
    return image.public_bytes(image.key_of(personality["trusted_seed"]))


def make_image(personality: Mapping[str, Any], name: str, spoil: str = "") -> bytes:
    """An image by name (``newer``, ``corrupt`` ...); the same bytes every time.

    Args:
        personality: ``fixtures/updates/test_store.yaml``.
        name: Of one of its images.
        spoil: What is wrong with it instead of what its row says.

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
    if own.get("says"):
        payload = own["says"].encode() + payload
    spoilt = spoil or own.get("spoilt", "")
    signer = SIGNERS.get(spoilt, "trusted_seed")
    made = image.build(
        payload,
        key=image.key_of(personality[signer]) if signer else None,
        model=own.get("model", personality["model"]),
        version=own["version"],
        minimum=own.get("minimum", "0"),
        chunk=personality["chunk"],
        kind=own.get("kind", "code"),
    )
    if not spoilt or spoilt in SIGNERS:
        return made
    bad = Spoil.parse(spoilt).of(Held(made))
    return bad.read(0, bad.size)


def program(runs: str) -> bytes:
    """How a payload begins whose application does not simply work: ``crashes``, ``journal 2``."""
    return b"APPLICATION " + runs.encode() + b"\n"


def announced(personality: Mapping[str, Any], name: str) -> str:
    """The version that the store's manifest gives for an image."""
    own = personality["images"][name]
    version: str = own.get("announced", own["version"])
    return version
